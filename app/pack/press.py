"""Sets documents: writes their files into a folder of their own and has a child process print them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TYPESETTER = Path(__file__).parent / "typesetter.py"
LONGEST_S = 300.0
"""No pack takes so long; what does is stopped."""


def press(template: str, files: Mapping[str, bytes], fonts: Path, form: str, **options: Any) -> list[bytes]:
    """The pages of a PNG, or one PDF, from a Typst `template` among `files`.

    `fonts` is a folder; font files among `files` count too. Errors: RuntimeError with what Typst says.
    """
    with tempfile.TemporaryDirectory(prefix="minsheng-pack-") as folder:
        place = Path(folder)
        for name, content in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        asked = {
            "template": template,
            "output": "made-{0p}.png" if form == "png" else f"made.{form}",
            "font_paths": [str(fonts), "."],
            "format": form,
            **options,
        }
        done = subprocess.run(
            [sys.executable, "-I", str(TYPESETTER), json.dumps(asked)],
            cwd=place,
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{template}: {done.stderr.decode(errors='replace')[-2000:]}")
        return [path.read_bytes() for path in sorted(place.glob("made*"))]
