"""Installs one lock file with pip, hashes checked, and shows how far it is.

    python scripts/_pip.py --marker MARKER REQUIREMENTS_FILE

Run with the environment's own Python. MARKER is a file that exists only while pip writes packages: a later
set-up that finds it knows that an installation was killed half-way and builds the environment anew. pip's
own words go to `pip.log` beside the marker and are shown when it fails. Indexes, proxies and certificates
are pip's business: whatever the person configured is used, nothing is named here.
"""

from __future__ import annotations

import argparse
import queue
import re
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path
from typing import TextIO

COLLECTING = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)")
DOWNLOADING = re.compile(r"^\s+(?:Downloading|Using cached) .*?(\([^)]*[kMG]?B\))")
IGNORING = re.compile(r"^Ignoring ([A-Za-z0-9._-]+): markers")
INSTALLING = re.compile(r"^Installing collected packages: (.*)")
TAIL_LINES = 25


class Progress:
    """What pip has said so far, as one line: `12/58 numpy (16.8 MB) · 14 s`."""

    def __init__(self, total: int, out: TextIO) -> None:
        self.total = total
        self.out = out
        self.began = time.monotonic()
        self.done = 0
        self.text = ""
        self.to_write = 0
        self.present_before = 0
        self.shown_count = 0
        self.shown_at = self.began

    def take(self, line: str) -> None:
        """Reads one line of pip's output."""
        if match := COLLECTING.match(line):
            self.done += 1
            self.text = match[1]
        elif match := DOWNLOADING.match(line):
            self.text = f"{self.text.split(' ')[0]} {match[1]}"
        elif IGNORING.match(line):
            self.total -= 1
        elif match := INSTALLING.match(line):
            self.to_write = len(match[1].split(","))
            self.present_before = installed_count()

    def line(self) -> str:
        elapsed = f"{time.monotonic() - self.began:.0f} s"
        if self.to_write:
            written = min(installed_count() - self.present_before, self.to_write)
            return f"写入文件 · writing files {max(written, 0)}/{self.to_write} · {elapsed}"
        return f"{self.done}/{self.total} {self.text} · {elapsed}"

    def show(self) -> None:
        """A line that renews itself on a terminal; elsewhere one for every tenth package or tenth second."""
        if self.out.isatty():
            self.out.write(f"\r\033[K      {self.line()[:90]}")
        elif self.done >= self.shown_count + 10 or time.monotonic() >= self.shown_at + 10:
            self.shown_count, self.shown_at = self.done, time.monotonic()
            self.out.write(f"      {self.line()}\n")
        self.out.flush()

    def close(self) -> None:
        if self.out.isatty():
            self.out.write("\r\033[K")
            self.out.flush()


def installed_count() -> int:
    """Number of packages in this environment."""
    return sum(1 for _ in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def pin_count(requirements: Path) -> int:
    """Number of packages a lock file pins."""
    return sum(
        "==" in line and not line.startswith((" ", "#"))
        for line in requirements.read_text("utf-8").splitlines()
    )


def install(requirements: Path, marker: Path, out: TextIO) -> int:
    """Runs pip and returns its exit code."""
    command = [sys.executable, "-I", "-m", "pip", "install", "--require-hashes", "--progress-bar", "off"]
    command += ["-r", str(requirements)]
    progress = Progress(pin_count(requirements), out)
    lines: queue.Queue[str | None] = queue.Queue()
    log: list[str] = []
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            progress.show()
            continue
        if line is None:
            break
        log.append(line)
        progress.take(line)
        if progress.to_write:
            marker.touch()
        progress.show()
    progress.close()
    code = process.wait()
    marker.with_name("pip.log").write_text("".join(log), "utf-8")
    # pip that ends by itself has put its own failed work back in order; only a killed one leaves the marker.
    if code >= 0:
        marker.unlink(missing_ok=True)
    if code:
        out.write("".join(f"      {line}" for line in log[-TAIL_LINES:]))
    return code


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Install one lock file, hashes checked, with visible progress"
    )
    parser.add_argument("--marker", type=Path, required=True)
    parser.add_argument("requirements", type=Path)
    options = parser.parse_args(arguments)
    return install(options.requirements, options.marker, sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
