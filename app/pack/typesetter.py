"""Sets one document in a process of its own, in the folder of its files; options come as JSON.

Typst keeps what it has laid out, some 600 MB for a pack of 3,000 sites, in case the same is asked again; only
the end of the process gives it back. Nothing of ours is imported here, so that the start takes a tenth of a
second.
"""

from __future__ import annotations

import json
import sys

import typst


def main() -> None:
    """Reads `template`, `output` and options of ``typst.compile`` from the first argument."""
    options = json.loads(sys.argv[1])
    template, output = options.pop("template"), options.pop("output")
    typst.compile(template, output=output, root=".", ignore_system_fonts=True, **options)


if __name__ == "__main__":
    main()
