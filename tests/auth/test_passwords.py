"""Passwords: what is refused and in which words, hashes that are renewed, unknown names that take as long."""

from __future__ import annotations

import time

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.auth import passwords


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "九个字的密码还不够",
        "zhang.san1",
        "ZHANG.SAN-2023",
        "ｚｈａｎｇ．ｓａｎ１２",
        "zhang.sanzhang.san",
        "1111111111",
        "abababababab",
        "x" * 201,
    ],
)
def test_what_is_no_password_is_told_in_both_languages(password):
    fault = passwords.password_fault(password, "zhang.san", "new")
    assert fault is not None
    assert fault.parameter == "new"
    assert fault.value is None, "a password is not repeated"
    assert any("一" <= character <= "龥" for character in fault.zh)
    assert fault.en.isascii() and fault.en.endswith(".")


@pytest.mark.parametrize(
    "password", ["correct horse", "一个相当长的中文密码", "zhang.san is my name", "1234567890"]
)
def test_length_is_what_counts(password):
    assert passwords.password_fault(password, "zhang.san") is None


def test_the_hash_is_argon2id_with_a_salt_of_its_own():
    one, other = passwords.make_hash("correct horse"), passwords.make_hash("correct horse")
    assert one.startswith("$argon2id$")
    assert one != other
    assert passwords.verify("correct horse", one) == (True, None)
    assert passwords.verify("correct house", one) == (False, None)


def test_what_looks_the_same_is_the_same():
    """Full-width letters from a Chinese input method, and composed characters."""
    assert passwords.verify("correct horse１", passwords.make_hash("correct horse1"))[0]


def test_an_older_hash_is_right_and_renewed():
    older = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash("correct horse")
    right, newer = passwords.verify("correct horse", older)
    assert right
    assert newer is not None and newer != older
    assert passwords.verify("correct horse", newer) == (True, None)
    assert passwords.verify("wrong horse", older)[0] is False


def test_a_name_that_does_not_exist_takes_as_long_as_one_that_does():
    kept = passwords.make_hash("correct horse")
    passwords.verify("warm up", None)

    def fastest(against: str | None) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert passwords.verify("a guess that is wrong", against)[0] is False
            times.append(time.perf_counter() - began)
        return min(times)

    known, unknown = fastest(kept), fastest(None)
    assert 0.5 < unknown / known < 2, (known, unknown)


def test_random_passwords_are_accepted_and_differ():
    made = {passwords.random_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert passwords.password_fault(password, "admin") is None
        assert not set(password) - set(passwords.ALPHABET) - {"-"}
