"""Field encryption and keyed look-up. Fernet (AES-128-CBC with HMAC) from `cryptography`; the first key encrypts, all decrypt."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, MultiFernet

# Crockford's letters less U: no 0/O, 1/I/L mistakes when a number is read aloud or copied by hand.
_CASE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Keyring:
    """Encrypts, decrypts and hashes with this installation's keys."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # The oldest key stays the look-up key, so that adding a key does not lose any contact.
        self._lookup = hashlib.sha256(b"waymark look-up" + keys[-1].encode()).digest()

    def encrypt(self, data: bytes) -> bytes:
        return self._fernet.encrypt(data)

    def decrypt(self, data: bytes) -> bytes:
        return self._fernet.decrypt(data)

    def lookup(self, *parts: str) -> str:
        """Keyed hash (64 hexadecimal digits) by which a stored address is found without being readable."""
        return hmac.new(self._lookup, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


_keyring: Keyring | None = None


def use(keys: tuple[str, ...]) -> None:
    """Set the keys of this process. Called once by the entry."""
    global _keyring
    _keyring = Keyring(keys)


def keyring() -> Keyring:
    if _keyring is None:
        raise RuntimeError("crypto.use(keys) has not been called")
    return _keyring


def token(size: int = 16) -> str:
    """An opaque, unguessable name, safe in addresses and in Telegram's 64 bytes of callback data."""
    return secrets.token_urlsafe(size)


def case_number() -> str:
    """Such as W-7K3P-9Q: 30**6 numbers, easy to read aloud."""
    letters = "".join(secrets.choice(_CASE_LETTERS) for _ in range(6))
    return f"W-{letters[:4]}-{letters[4:]}"
