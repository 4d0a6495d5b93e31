"""Makes the same workbook the same bytes, whenever it is written."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

OLDEST = (1980, 1, 1, 0, 0, 0)
"""The date of files in an archive (the first that ZIP knows)."""
_WRITTEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def steady(workbook: bytes, day: date) -> bytes:
    """An XLSX file without the hour it was written at: `day` stands there, 1980 in the archive."""
    out = io.BytesIO()
    stamp = rb"\g<1>" + f"{day.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _WRITTEN.sub(stamp, content)
            info = zipfile.ZipInfo(name, OLDEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return out.getvalue()
