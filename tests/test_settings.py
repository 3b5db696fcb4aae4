"""Settings: defaults that run at once, and one sentence for each wrong value."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import settings
from bot.settings import Settings, SettingsError


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    config = settings.load({"WAYMARK_DATA_DIR": str(tmp_path)})
    assert config.database_url.startswith("sqlite:///") and config.port == 8000
    assert not config.twilio and not config.telegram and config.simulator


def test_the_key_is_made_once_is_private_and_is_the_same_for_processes_that_start_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: settings.load({"WAYMARK_DATA_DIR": str(tmp_path)}).secret_keys, range(8)))
    assert len(set(keys)) == 1
    assert stat.S_IMODE((tmp_path / "secret_keys").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "mysql://x", "mysql"),
        ("PORT", "eighty", "whole number"),
        ("PORT", "70000", "between"),
        ("PUBLIC_URL", "help.example.org", "web address"),
        ("CRISIS_COUNTRY", "Greece", "two-letter"),
        ("WORKERS", "0", "between"),
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("SIMULATOR", "perhaps", "yes or no"),
        ("TWILIO_ACCOUNT_SID", "AC12", "hexadecimal"),
        ("TWILIO_FROM", "not a number!", "+15551234567"),
        ("TELEGRAM_TOKEN", "abc", "BotFather"),
        ("TELEGRAM_SECRET", "with space", "letters"),
        ("TELEGRAM_MODE", "push", "webhook"),
        ("TWILIO_RATE", "fast", "number"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(make_settings: Callable[..., Settings], name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as raised:
        make_settings(**{name: value})
    sentence = str(raised.value)
    assert sentence.startswith(f"WAYMARK_{name} ") and says in sentence and "\n" not in sentence


def test_a_bad_key_is_refused_and_never_shown(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError) as raised:
        make_settings(SECRET_KEYS="hunter2-hunter2")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC" + "0" * 32}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "x"}, "TWILIO_FROM"),
        ({"TELEGRAM_TOKEN": "123456:" + "A" * 30}, "TELEGRAM_SECRET"),
    ],
)
def test_what_belongs_together_is_asked_for(make_settings: Callable[..., Settings], given: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        make_settings(**given)


def test_several_keys_are_read_in_order(make_settings: Callable[..., Settings]) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    assert make_settings(SECRET_KEYS=",".join(keys)).secret_keys == tuple(keys)
