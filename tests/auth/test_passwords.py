"""Passwords: what is refused and in which words, hashes that are renewed, unknown names that take as long."""

from __future__ import annotations

import re

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


def test_a_name_that_does_not_exist_costs_as_much_as_one_that_does(monkeypatch):
    """The hash function is the time it takes: it runs once either way, with the same parameters."""
    ran = []
    verify = Argon2Hasher.verify

    def counting(self, password, against):
        ran.append(re.match(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$", str(against))[0])
        return verify(self, password, against)

    kept = passwords.make_hash("correct horse")
    monkeypatch.setattr(Argon2Hasher, "verify", counting)
    assert passwords.verify("a guess that is wrong", kept)[0] is False
    known, ran[:] = list(ran), []
    assert passwords.verify("a guess that is wrong", None)[0] is False
    assert known == ran
    assert len(ran) == 1


def test_random_passwords_are_accepted_and_differ():
    made = {passwords.random_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert passwords.password_fault(password, "admin") is None
        assert not set(password) - set(passwords.ALPHABET) - {"-"}
