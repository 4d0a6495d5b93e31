"""Passwords: hashed with argon2id (pwdlib), judged by length and by not being the name, made at random."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from pwdlib import PasswordHash

from app.errors import Fault

SHORTEST = 10
LONGEST = 200
"""Characters; more would only keep the hash function busy."""
MOST_BYTES = LONGEST * 4
LEFT_BESIDE_NAME = 6
FEWEST_DIFFERENT = 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which are read as each other from paper."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    """What an unknown name's password is compared with, so that it takes as long as a known one's."""
    return _hasher().hash(secrets.token_hex(16))


def make_hash(password: str) -> str:
    """The argon2id hash to keep, with its own salt and parameters."""
    return _hasher().hash(_composed(password))


def verify(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Whether it is the password, and a new hash when the kept one has older parameters.

    None as `kept` (no such account, or one without a password) takes the same time and is never right.
    """
    given = _composed(password)
    if kept is None:
        _hasher().verify(given, _nobodys_hash())
        return False, None
    return _hasher().verify_and_update(given, kept)


def random_password() -> str:
    """Sixteen characters in groups of four, easy to read aloud; some 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def password_fault(password: str, name: str, parameter: str = "password") -> Fault | None:
    """What is wrong with a new password for `name`; None when it will do. The password is not repeated."""
    allowed = {"minLength": SHORTEST, "maxLength": LONGEST}
    told = _wrong_with(_composed(password), _composed(name))
    return Fault(parameter, None, allowed, *told) if told else None


def _wrong_with(password: str, name: str) -> tuple[str, str] | None:
    if len(password) < SHORTEST:
        return (
            f"密码至少要有 {SHORTEST} 个字符；可以用几个互不相干的词连起来。",
            f"A password has at least {SHORTEST} characters; a few unrelated words will do.",
        )
    if len(password) > LONGEST:
        return (f"密码最多 {LONGEST} 个字符。", f"A password has at most {LONGEST} characters.")
    lower, own = password.casefold(), name.casefold()
    if own and own in lower and len(lower.replace(own, "")) < LEFT_BESIDE_NAME:
        return (
            "密码不能是账号名，也不能只在账号名上加几个字符。",
            "A password must not be the account's name, nor the name with a few characters added.",
        )
    if len(set(lower)) < FEWEST_DIFFERENT:
        return (
            "密码不能只由一两个字符重复组成。",
            "A password must not be the same few characters over and over.",
        )
    return None


def _composed(text: str) -> str:
    """One spelling for what looks the same (NFKC): full-width letters depend on the input method."""
    return unicodedata.normalize("NFKC", text)
