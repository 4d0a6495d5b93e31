"""Facts of the official notice: item titles, units, quantities, street names; never its sentences.

`notice_facts.json` beside this file is what `facts()` gives for the notice of 2023. To write it again:
`python tests/data/notice_reading.py [NOTICE]`; the path may also come from MINSHENG_NOTICE.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

FACTS = Path(__file__).with_name("notice_facts.json")
USUAL_PLACE = Path(__file__).parents[3] / "shared" / "notice" / "notice-2023.txt"

COLUMNS = 5
_TASK_SIGNS = "①②③④⑤⑥⑦⑧⑨"
# A unit's name may run over several lines of its cell; a line that starts so begins a new one.
_UNIT_STARTS = ("区", "市", "济宁", "疃里", "马集")
_QUANTITY = re.compile(r"(不少于)?(\d+(?:\.\d+)?)(km|人次|场次|[一-龥])")
_STANDARD = re.compile(r"每人每年|每户每年|每年|日处理")
_CLAUSE_END = re.compile(r"[，。；、\d]")
_FULL = re.compile("全覆[盖益]")  # the notice once misprints 盖 as 益
_TERM = re.compile("“([^”]+)”")
_STREET = re.compile("[一-龥]{2}(?:路|大道|高速)")


def notice_path() -> Path | None:
    """Where the notice is: MINSHENG_NOTICE (then it has to exist), else the usual place, else None."""
    named = os.environ.get("MINSHENG_NOTICE")
    if named:
        return Path(named)
    return USUAL_PLACE if USUAL_PLACE.is_file() else None


def cells(text: str) -> list[list[str]]:
    """Rows of the notice's table as lists of five cells; a cell keeps its line breaks.

    In the text every cell begins with a tab and may run on over lines without one. The row of column
    names is left out; ValueError when a row is not whole (only the supporting units may be empty).
    """
    table = text[text.rindex("协办单位") :]
    pieces = [piece.strip() for piece in table.split("\t")[1:]]
    pieces += [""] * (-len(pieces) % COLUMNS)  # the very last cell, empty, has lost its tab
    rows = [pieces[i : i + COLUMNS] for i in range(0, len(pieces), COLUMNS)]
    for number, row in enumerate(rows, 1):
        if row[0] != str(number) or not all(row[:4]):
            raise ValueError(f"row {number} of the notice's table cannot be read: {row}")
    return rows


def units(cell: str) -> list[str]:
    """Full names of the units in a cell, in order."""
    names: list[str] = []
    for line in cell.split():
        if line.startswith(_UNIT_STARTS) or not names:
            names.append(line)
        else:
            names[-1] += line
    return names


def contents(cell: str) -> list[str]:
    """Text of each task of a cell: one per circled number, or the whole cell."""
    text = "".join(cell.split())
    return [part for part in re.split(f"[{_TASK_SIGNS}]", text) if part]


def quantities(text: str) -> list[dict]:
    """Every number of a task with its unit, whether it is a minimum, and what it is counted per."""
    found = []
    for match in _QUANTITY.finditer(text):
        clause = _CLAUSE_END.split(text[: match.start()])[-1]
        standard = _STANDARD.search(clause)
        number = float(match[2])
        found.append(
            {
                "value": int(number) if number.is_integer() else number,
                "unit": match[3],
                "at_least": bool(match[1]),
                "per": standard[0] if standard else "",
            }
        )
    digits = len(re.findall(r"\d+(?:\.\d+)?", text))
    if digits != len(found):
        raise ValueError(f"{digits} numbers but {len(found)} quantities in: {text}")
    return found


def facts(text: str) -> dict:
    """What `notice_facts.json` holds, read from the notice's text."""
    items = []
    for no, title, content, lead, supporting in cells(text):
        tasks = [
            {
                "no": number,
                "quantities": quantities(part),
                "full_coverage": len(_FULL.findall(part)),
                "terms": _TERM.findall(part),
                "streets": sorted(set(_STREET.findall(part))),
            }
            for number, part in enumerate(contents(content), 1)
        ]
        items.append(
            {
                "no": int(no),
                "title": "".join(title.split()),
                "lead": units(lead),
                "supporting": units(supporting),
                "tasks": tasks,
            }
        )
    return {"items": items}


def main() -> None:
    """Write the facts file from the notice."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else notice_path()
    if path is None:
        sys.exit("usage: python tests/data/notice_reading.py NOTICE (or set MINSHENG_NOTICE)")
    result = facts(path.read_text(encoding="utf-8"))
    FACTS.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{FACTS}: {len(result['items'])} items")


if __name__ == "__main__":
    main()
