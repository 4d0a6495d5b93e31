"""Makes a whole pack: files with their names, for the command line and for downloads."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from app.domain.roles import Actor
from app.domain.weeks import Week
from app.pack.contents import Pack, read_pack
from app.pack.paper import Paper
from app.pack.sheets import pack_workbook
from app.pack.since import earlier
from app.sheets.steady import OLDEST
from app.store.coverage.times import CoverTimes
from app.store.live import Live, View
from app.store.spatial.protocol import Filters


@dataclass(frozen=True)
class Maker:
    """One pack of one view, as somebody may see it."""

    source: Live
    times: CoverTimes
    view: View
    actor: Actor
    filters: Filters
    lang: str
    against: Week | None = None
    """The earlier week that it is compared with, if any."""

    def pack(self) -> Pack:
        """What is in it."""
        book = self.source.book_of(self.view)
        past = None if self.against is None else self.source.as_of_week(self.against)
        before = None if past is None else (past, self.source.book_of(past))
        with self.source.database.read() as connection:
            then = None if before is None else earlier(connection, *before, self.lang)
            return read_pack(
                connection, self.view, book, self.times, self.actor, self.filters, self.lang, then
            )

    def pdf(self) -> bytes:
        """The A4 document."""
        return Paper(self.pack(), self.view, self.times.counted).pdf()

    def workbook(self) -> bytes:
        """The same rows as a workbook."""
        return pack_workbook(self.pack())

    def slides(self) -> list[bytes]:
        """The same as pictures of 1920 × 1080 pixels."""
        return Paper(self.pack(), self.view, self.times.counted).slides()

    def archive(self) -> bytes:
        """The pictures in a ZIP file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for number, picture in enumerate(self.slides(), start=1):
                archive.writestr(zipfile.ZipInfo(f"{self.name}-{number:02d}.png", OLDEST), picture)
        return out.getvalue()

    @property
    def name(self) -> str:
        """Files are called after the week, and the one that it is compared with."""
        return f"pack-{self.view.week}" + (f"-against-{self.against}" if self.against else "")
