"""One frozen `Settings`, read from the environment once. Each variable is documented in the README (a test compares)."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


class SettingsError(ValueError):
    """A setting is wrong; the message says which and why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs."""

    database_url: str
    secret_keys: tuple[str, ...]
    public_url: str
    port: int
    host: str
    workers: int
    senders: int
    country: str
    organization: str
    data_dir: Path
    content_dir: Path
    models_dir: Path
    simulator: bool
    log_level: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_from: str
    twilio_messaging_service_sid: str
    twilio_api_url: str
    twilio_rate: float
    telegram_token: str
    telegram_secret: str
    telegram_api_url: str
    telegram_mode: str
    lease_seconds: int
    max_attempts: int
    smtp_host: str
    smtp_port: int
    smtp_user: str
    smtp_password: str
    smtp_security: str
    mail_from: str
    notify_webhook: str
    notify_webhook_secret: str
    openid_issuer: str
    openid_client_id: str
    openid_client_secret: str
    openid_name: str
    session_idle_minutes: int
    admin_totp: bool
    map_tiles: str
    map_credit: str

    @property
    def openid(self) -> bool:
        return bool(self.openid_issuer)

    @property
    def twilio(self) -> bool:
        return bool(self.twilio_account_sid)

    @property
    def telegram(self) -> bool:
        return bool(self.telegram_token)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `WAYMARK_*`. Raises SettingsError with one sentence for the first value that cannot be used."""
    env = _Env(os.environ if environ is None else environ)
    data_dir = Path(env.text("DATA_DIR", str(ROOT / "var")))
    port = env.whole("PORT", 8000, 1, 65535)
    settings = Settings(
        database_url=env.text("DATABASE_URL", f"sqlite:///{data_dir / 'waymark.db'}", _database_url),
        secret_keys=_secret_keys(env, data_dir),
        public_url=env.text("PUBLIC_URL", f"http://127.0.0.1:{port}", _web_address).rstrip("/"),
        port=port,
        host=env.text("HOST", "127.0.0.1"),
        workers=env.whole("WORKERS", 2, 1, 64),
        senders=env.whole("SENDERS", 1, 1, 64),
        country=env.text("CRISIS_COUNTRY", "", _country).upper(),
        organization=env.text("ORGANIZATION", "Waymark"),
        data_dir=data_dir,
        content_dir=Path(env.text("CONTENT_DIR", str(ROOT / "data" / "content"))),
        models_dir=Path(env.text("MODELS_DIR", str(ROOT / "models"))),
        simulator=env.flag("SIMULATOR", True),
        log_level=env.text("LOG_LEVEL", "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR")),
        twilio_account_sid=env.text("TWILIO_ACCOUNT_SID", "", _twilio_sid("AC")),
        twilio_auth_token=env.text("TWILIO_AUTH_TOKEN", ""),
        twilio_from=env.text("TWILIO_FROM", "", _sender_number),
        twilio_messaging_service_sid=env.text("TWILIO_MESSAGING_SERVICE_SID", "", _twilio_sid("MG")),
        twilio_api_url=env.text("TWILIO_API_URL", "", _web_address).rstrip("/"),
        twilio_rate=env.number("TWILIO_RATE", 10.0, 0.1, 1000.0),
        telegram_token=env.text("TELEGRAM_TOKEN", "", _telegram_token),
        telegram_secret=env.text("TELEGRAM_SECRET", "", _telegram_secret),
        telegram_api_url=env.text("TELEGRAM_API_URL", "", _web_address).rstrip("/"),
        telegram_mode=env.text("TELEGRAM_MODE", "webhook", _one_of("webhook", "polling")),
        lease_seconds=env.whole("LEASE_SECONDS", 60, 2, 3600),
        max_attempts=env.whole("MAX_ATTEMPTS", 4, 1, 20),
        smtp_host=env.text("SMTP_HOST", ""),
        smtp_port=env.whole("SMTP_PORT", 587, 1, 65535),
        smtp_user=env.text("SMTP_USER", ""),
        smtp_password=env.text("SMTP_PASSWORD", ""),
        smtp_security=env.text("SMTP_SECURITY", "starttls", _one_of("starttls", "ssl", "none")),
        mail_from=env.text("MAIL_FROM", ""),
        notify_webhook=env.text("NOTIFY_WEBHOOK", "", _web_address),
        notify_webhook_secret=env.text("NOTIFY_WEBHOOK_SECRET", ""),
        openid_issuer=env.text("OPENID_ISSUER", "", _web_address).rstrip("/"),
        openid_client_id=env.text("OPENID_CLIENT_ID", ""),
        openid_client_secret=env.text("OPENID_CLIENT_SECRET", ""),
        openid_name=env.text("OPENID_NAME", "OpenID Connect"),
        session_idle_minutes=env.whole("SESSION_IDLE_MINUTES", 60, 1, 1440),
        admin_totp=env.flag("ADMIN_TOTP", False),
        map_tiles=env.text("MAP_TILES", "", _tiles),
        map_credit=env.text("MAP_CREDIT", ""),
    )
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    if settings.twilio and not settings.twilio_auth_token:
        raise SettingsError("WAYMARK_TWILIO_AUTH_TOKEN is missing: it is needed beside WAYMARK_TWILIO_ACCOUNT_SID.")
    if settings.twilio and not (settings.twilio_from or settings.twilio_messaging_service_sid):
        raise SettingsError(
            "WAYMARK_TWILIO_FROM or WAYMARK_TWILIO_MESSAGING_SERVICE_SID is missing: Twilio needs one to send from."
        )
    if settings.smtp_host and not settings.mail_from:
        raise SettingsError("WAYMARK_MAIL_FROM is missing: mail needs an address to come from.")
    if settings.openid and not (settings.openid_client_id and settings.openid_client_secret):
        raise SettingsError("WAYMARK_OPENID_CLIENT_ID and WAYMARK_OPENID_CLIENT_SECRET are needed beside WAYMARK_OPENID_ISSUER.")
    if settings.notify_webhook and not settings.notify_webhook_secret:
        raise SettingsError("WAYMARK_NOTIFY_WEBHOOK_SECRET is missing: the receiver could not tell our word from anybody's.")
    if settings.telegram and settings.telegram_mode == "webhook" and not settings.telegram_secret:
        raise SettingsError("WAYMARK_TELEGRAM_SECRET is missing: without it anybody could post messages to the Telegram webhook.")


class _Env:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str, check: Callable[[str], str | None] | None = None) -> str:
        value = self._environ.get(f"WAYMARK_{name}", "").strip()
        if not value:
            return default
        problem = check(value) if check else None
        if problem:
            raise SettingsError(f"WAYMARK_{name} {problem}.")
        return value

    def _ranged(self, name: str, default: T, kind: Callable[[str], T], word: str, low: float, high: float) -> T:
        value = self.text(name, "")
        if not value:
            return default
        try:
            number = kind(value)
        except ValueError:
            raise SettingsError(f"WAYMARK_{name} must be {word}, not {value!r}.") from None
        if not low <= float(number) <= high:  # type: ignore[arg-type]  # T is int or float
            raise SettingsError(f"WAYMARK_{name} must lie between {low} and {high}, not {value}.")
        return number

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        return self._ranged(name, default, int, "a whole number", low, high)

    def number(self, name: str, default: float, low: float, high: float) -> float:
        return self._ranged(name, default, float, "a number", low, high)

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, "").lower()
        if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
            return default if not value else value in ("1", "true", "yes", "on")
        raise SettingsError(f"WAYMARK_{name} must be yes or no, not {value!r}.")


def _secret_keys(env: _Env, data_dir: Path) -> tuple[str, ...]:
    value = env.text("SECRET_KEYS", "") or _stored_key(data_dir / "secret_keys")
    keys = tuple(key.strip() for key in value.split(",") if key.strip())
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            # The value itself is never shown: it opens every stored message.
            raise SettingsError(
                "WAYMARK_SECRET_KEYS holds a key that is not 32 url-safe base64-encoded bytes;"
                " make one with `python -m bot new-key`."
            ) from None
    if not keys:
        raise SettingsError("WAYMARK_SECRET_KEYS is empty.")
    return keys


def _stored_key(path: Path) -> str:
    """Make the key on the first start. Two processes may start at once: the link decides, both read what won."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".secret_keys.", dir=path.parent)  # readable by us alone
        draft = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")


def _database_url(value: str) -> str | None:
    scheme = value.split(":", 1)[0]
    if scheme in ("sqlite", "postgresql", "postgres", "postgresql+psycopg"):
        return None
    return f"must begin with sqlite: or postgresql:, not {scheme!r}"


def _web_address(value: str) -> str | None:
    parts = urlsplit(value)
    ok = parts.scheme in ("http", "https") and parts.hostname
    return None if ok else f"must be a web address such as https://help.example.org, not {value!r}"


def _tiles(value: str) -> str | None:
    ok = _web_address(value) is None and all(part in value for part in ("{z}", "{x}", "{y}"))
    return None if ok else f"must be a web address with {{z}}, {{x}} and {{y}}, not {value!r}"


def _country(value: str) -> str | None:
    return None if re.fullmatch(r"[A-Za-z]{2}", value) else f"must be a two-letter country code such as GR, not {value!r}"


def _sender_number(value: str) -> str | None:
    ok = re.fullmatch(r"\+\d{7,15}|\d{3,8}|[A-Za-z0-9 ]{1,11}", value)
    return None if ok else "must be a number in the form +15551234567, a short code or a sender name"


def _twilio_sid(prefix: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        ok = re.fullmatch(prefix + "[0-9a-fA-F]{32}", value)
        return None if ok else f"must be {prefix} and 32 hexadecimal digits"

    return check


def _telegram_token(value: str) -> str | None:
    return None if re.fullmatch(r"\d+:[\w-]{10,}", value) else "must look like 123456:ABC-DEF, as @BotFather gives it"


def _telegram_secret(value: str) -> str | None:
    # https://core.telegram.org/bots/api#setwebhook
    return None if re.fullmatch(r"[\w-]{1,256}", value) else "must be 1 to 256 letters, digits, _ or -"


def _one_of(*words: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        return None if value in words else f"must be one of {', '.join(words)}, not {value!r}"

    return check
