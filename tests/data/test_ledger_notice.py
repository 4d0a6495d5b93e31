"""The committed facts against the notice itself, and our words against its sentences.

The notice is not part of the project. Set MINSHENG_NOTICE to its text, or put it at
`../shared/notice/notice-2023.txt` beside the repository, and these tests are there; without it,
`test_ledger_facts` still holds the ledger against the committed facts.
"""

import json

from tests.data.files import DATA
from tests.data.notice_reading import FACTS, cells, facts, notice_path

LONGEST_QUOTE = 16  # characters in a row: long enough for official terms, too short for a sentence

PATH = notice_path()


def read_notice() -> str:
    assert PATH is not None
    assert PATH.is_file(), f"no notice at {PATH}: set MINSHENG_NOTICE to its text file"
    return PATH.read_text(encoding="utf-8")


if PATH is not None:

    def test_the_committed_facts_are_the_notices():
        assert json.loads(FACTS.read_text(encoding="utf-8")) == facts(read_notice()), (
            "the facts differ from the notice: run python tests/data/notice_reading.py"
        )

    def test_no_sentence_of_the_notice_is_committed():
        contents = ["".join(row[2].split()) for row in cells(read_notice())]
        pieces = {c[i : i + LONGEST_QUOTE] for c in contents for i in range(len(c) - LONGEST_QUOTE + 1)}
        assert len(pieces) > 1000
        for path in sorted([*DATA.rglob("*"), FACTS]):
            if path.is_file():
                text = "".join(path.read_text(encoding="utf-8").split())
                assert [piece for piece in pieces if piece in text] == [], path
