"""No committed file sends anyone anywhere: every host in an address is on the short list of hosts.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from scripts.checks._files import ROOT, finish, source_files, text_of

LIST = Path(__file__).with_name("hosts.txt")
# With a scheme, or without one as in src="//host/…". A name without a dot is a stand-in, or this machine.
ADDRESS = re.compile(
    r"(?:\b(?:https?|wss?|git|ftp)://(?:[^\s/@\"'<>]*@)?|[\"'(]//)"
    r"(?P<host>\[[0-9a-f:]+\]|[A-Za-z0-9{}*$_.-]+)"
)
# Delivery networks and package registries must not be named even without a scheme. Put together from halves:
# this file is looked at too.
NAMED = re.compile(
    r"(?<![\w.-])(?:(?:cdn|registry)\.[a-z0-9-]+\.[a-z]{2,}|(?:[a-z0-9-]+\.)*(?:"
    + "|".join(("un" + "pkg", "js" + "delivr", "cdn" + "js", "boot" + "cdn", "py" + "pi", "npm" + "js"))
    + r")\.[a-z]{2,})(?![\w-])"
)
# A part that is put together at run time, as in {s}.example.org or ${host}.
COMPUTED = re.compile(r"\$?\{[^{}]*\}")


def allowed(text: str) -> list[tuple[str, list[str]]]:
    """hosts.txt as (host pattern, path patterns; none means everywhere)."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(words[0], words[1:]) for words in lines]


def hosts_in(text: str) -> Iterator[tuple[int, str]]:
    """(line number, host) of every address in a text."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in ADDRESS.finditer(line):
            host = COMPUTED.sub("", match["host"]).strip(".").lower()
            if "." in host:
                yield number, host
        for match in NAMED.finditer(line):
            yield number, match[0].lower()


def host_problems(text: str, name: str, permitted: list[tuple[str, list[str]]]) -> list[str]:
    """Hosts in one file (name: its path from the project's folder) that are not permitted there."""
    return sorted(
        {
            f"{name}:{number}: {host} is not in scripts/checks/hosts.txt for this file"
            for number, host in hosts_in(text)
            if not any(
                fnmatch(host, pattern) and (not places or any(fnmatch(name, place) for place in places))
                for pattern, places in permitted
            )
        }
    )


def problems_of(root: Path) -> list[str]:
    """All files that are or would be committed."""
    permitted = allowed(LIST.read_text("utf-8"))
    problems = []
    for path in source_files(root):
        text = text_of(path)
        if text is not None and path != LIST:
            problems += host_problems(text, path.relative_to(root).as_posix(), permitted)
    return problems


if __name__ == "__main__":
    finish(problems_of(ROOT))
