"""One question of each category in each language at once, through the real processes: each gets its own answer, in order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.i18n import LANGUAGES
from bot.nlu.spelling import fold
from bot.settings import ROOT
from tests.e2e.product import Product, eventually

pytestmark = pytest.mark.slow
# A topic of each category of the menu, and danger.
TOPICS = ("asylum_apply", "unpaid_wages", "child_school", "gender_violence", "health_access", "family_tracing", "shelter")
SHOWN = 40  # characters of an answer by which it is recognised


@lru_cache(maxsize=16)
def topic(name: str, folder: str = "answers") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "data/content" / folder / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def beginnings(name: str, locale: str) -> list[str]:
    """How the answer begins, as letters that an SMS may have made plain. Where somebody is beaten, danger may come first."""
    answer = plain(topic(name)["answers"][locale]["sms"])[:SHOWN]
    danger = plain(topic("crisis_violence", "crisis")["answers"][locale]["sms"].split("{emergency}")[0])[:SHOWN]
    return [answer, danger] if name == "gender_violence" else [answer]


def plain(text: str) -> str:
    return fold(" ".join(text.split()))


def test_every_language_is_answered_in_itself_on_every_category(
    start: Callable[..., Product], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("languages")
    product = start(f"sqlite:///{folder / 'waymark.db'}", workers=2)
    # A country that has no answers of its own.
    people = {locale: f"+4179100{number:04}" for number, locale in enumerate(LANGUAGES)}
    product.ask("+306919999999", "hello", seconds=120)  # the workers are awake

    def ask_all(locale: str) -> None:
        for name in TOPICS:
            assert product.sms(people[locale], topic(name)["questions"][locale][0]).status_code == 200

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(ask_all, people))
    wanted = len(TOPICS)
    eventually(lambda: all(len(product.sms_to(person)) >= wanted for person in people.values()), 240, "everybody is answered")
    missed = []
    for locale, person in people.items():
        said = [plain(text) for text in product.sms_to(person)]
        assert len(said) == wanted, (locale, said)
        pairs = zip(TOPICS, said, strict=True)
        missed += [(locale, name, text) for name, text in pairs if not any(one in text for one in beginnings(name, locale))]
    # Each of these asks in the words of a shipped example, so nothing but a fault keeps its answer away.
    assert missed == []
    assert product.twilio.violations == []
