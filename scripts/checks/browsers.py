"""Browser code keeps to what the oldest browsers that we promise can do: Chromium 92 and Safari 15.4.

A list of what is newer, with the versions of MDN's browser compatibility data; what uses one of these has its
reason in ALLOWED. Style sheets may use newer values where an older one of the same property stands before,
and `:has()` in rules of its own, since one unknown selector makes a browser drop all that share its rule.
"""

from __future__ import annotations

import re
from pathlib import Path

from scripts.checks._files import ROOT, finish, source_files

FOLDER = Path("app/static")
CHROMIUM, SAFARI = 92.0, 15.4
"""The oldest of each; the guides for administrators and inspectors name them."""

SCRIPTS: dict[str, tuple[str, float, float]] = {
    # what it looks like, since which Chromium, since which Safari
    "lookbehind": (r"\(\?<[=!]", 62, 16.4),
    "static block": (r"\bstatic\s*\{", 94, 16.4),
    "import attributes": (r"\bfrom\s*[\"'][^\"']+[\"']\s+(?:with|assert)\s*\{", 91, 17.2),
    "findLast": (r"\.findLast(?:Index)?\(", 97, 15.4),
    "toSorted and the like": (r"\.(?:toSorted|toReversed|toSpliced)\(", 110, 16),
    "Array.with": (r"\.with\(", 110, 16),
    "Array.fromAsync": (r"\bArray\.fromAsync\b", 121, 16.4),
    "hasOwn": (r"\bObject\.hasOwn\b", 93, 15.4),
    "groupBy": (r"\b(?:Object|Map)\.groupBy\b", 117, 17.4),
    "Promise.withResolvers": (r"\bPromise\.(?:withResolvers|try)\b", 119, 17.4),
    "methods of Set": (r"\.(?:symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(", 122, 17),
    "isWellFormed": (r"\.(?:isWellFormed|toWellFormed)\(", 111, 16.4),
    "fromBase64": (r"\.(?:fromBase64|toBase64|fromHex|toHex)\(", 140, 18.2),
    "structuredClone": (r"\bstructuredClone\(", 98, 15.4),
    "throwIfAborted": (r"\.throwIfAborted\(", 100, 15.4),
    "AbortSignal.timeout": (r"\bAbortSignal\.timeout\b", 103, 16),
    "AbortSignal.any": (r"\bAbortSignal\.any\b", 116, 17.4),
    "DecompressionStream": (r"\b(?:Dec|C)ompressionStream\b", 80, 16.4),
    "OffscreenCanvas": (r"\bOffscreenCanvas\b", 69, 16.4),
    "checkVisibility": (r"\.checkVisibility\(", 105, 17.4),
    "popover": (r"\.(?:show|hide|toggle)Popover\(", 114, 17),
    "inert": (r"\.inert\b", 102, 15.5),
    "URL.canParse": (r"\bURL\.(?:canParse|parse)\b", 120, 17),
    "roundRect": (r"\.roundRect\(", 99, 16),
    "view transitions": (r"\bstartViewTransition\b", 111, 18),
    "wakeLock": (r"\bwakeLock\b", 84, 16.4),
    "requestIdleCallback": (r"\brequestIdleCallback\b", 47, 99),
    "scrollend": (r"[\"']scrollend[\"']", 114, 26.2),
    "Response.json": (r"\bResponse\.json\(", 105, 17),
    "cookieStore": (r"\bcookieStore\b", 87, 18.4),
    "BarcodeDetector": (r"\bBarcodeDetector\b", 83, 99),
}
ALLOWED = {
    ("js/abort.js", "AbortSignal.timeout"): "asked for first",
    ("js/embedded.js", "DecompressionStream"): "snapshots only; js/too-old.js tells",
    ("js/too-old.js", "DecompressionStream"): "asks whether it is there",
    ("js/phone/picture.js", "OffscreenCanvas"): "asked for first",
    ("js/phone/scancode.js", "BarcodeDetector"): "asked for first",
    ("js/phone/walkpanel.js", "wakeLock"): "asked for first",
    ("js/phone/worker.js", "cookieStore"): "asked for first",
    ("js/phone/app.js", "requestIdleCallback"): "asked for first",
    ("js/phone/load.js", "requestIdleCallback"): "asked for first",
}

VALUES = re.compile(
    r"color-mix\(|oklch\(|light-dark\(|\b[\d.]+(?:dv|sv|lv)(?:h|w|min|max)\b|\bsubgrid\b|\b[\d.]+cq[whib]\b"
)
"""Values newer than the oldest browsers: an older one of the same property has to stand before."""
RULES = re.compile(
    r"@(?:container|layer|scope|starting-style)\b|@media[^{]*[<>]|:(?:user-valid|user-invalid|popover-open)\b"
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLOCK = re.compile(r"(?P<head>[^{};]*)\{(?P<body>[^{}]*)\}")


def script_problems(name: str, text: str) -> list[str]:
    """What a script uses that is too new; `name` is its path below the static folder."""
    found = []
    for number, line in enumerate(_without_comments(text).splitlines(), 1):
        for what, (pattern, chromium, safari) in SCRIPTS.items():
            if (name, what) not in ALLOWED and re.search(pattern, line):
                found.append(f"{name}:{number}: {what} needs {_needs(chromium, safari)}")
    return found


def _without_comments(text: str) -> str:
    """The text with its comments left out and its lines kept."""
    blank = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    return re.sub(r"(?m)(^|[\s;,{}()])//.*$", r"\1", blank)


def _needs(chromium: float, safari: float) -> str:
    too_new = [f"Chromium {chromium:g}"] if chromium > CHROMIUM else []
    if safari > SAFARI:
        too_new.append("more than Safari has" if safari == 99 else f"Safari {safari:g}")
    return " and ".join(too_new)


def sheet_problems(name: str, text: str) -> list[str]:
    """What a style sheet uses that older browsers would drop, with nothing in its place."""
    plain = COMMENT.sub("", text)
    found = [f"{name}: {match[0].strip()} is too new" for match in RULES.finditer(plain)]
    for block in BLOCK.finditer(plain):
        selectors = _selectors(block["head"])
        having = [":has(" in one for one in selectors]
        if any(having) and not all(having):
            found.append(f"{name}: a rule of its own for :has() in {' '.join(block['head'].split())[:100]}")
        earlier: set[str] = set()
        for declaration in block["body"].split(";"):
            property_name, _, value = declaration.partition(":")
            if VALUES.search(value) and property_name.strip() not in earlier:
                found.append(
                    f"{name}: an older value of {property_name.strip()} has to stand before {value.strip()}"
                )
            earlier.add(property_name.strip())
    return found


def _selectors(head: str) -> list[str]:
    """The selectors of a list, those in brackets left together."""
    depth, parts = 0, [""]
    for letter in head:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def problems_of(root: Path) -> list[str]:
    """All of our own scripts and style sheets."""
    folder = root / FOLDER
    found = []
    for path in source_files(root, (".js", ".css")):
        if folder in path.parents and folder / "vendor" not in path.parents:
            name, text = path.relative_to(folder).as_posix(), path.read_text("utf-8")
            found += script_problems(name, text) if path.suffix == ".js" else sheet_problems(name, text)
    return found


if __name__ == "__main__":
    finish(problems_of(ROOT))
