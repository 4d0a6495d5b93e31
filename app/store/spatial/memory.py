"""The engine of embedded databases and of zones up to some hundred thousand sites.

An immutable snapshot of the published rows: columns as arrays, an STRtree, each feature's text
kept ready as bytes. Answers without touching the database; a new version is a new snapshot.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely

from app.i18n import LANGUAGES
from app.store.spatial.protocol import Filters, Near, Page, Piece, feature, head, joined, near
from geo.crs import WGS84
from geo.nearest import NearestIndex
from geo.types import Box


class MemoryReads:
    """A snapshot of one version. `rows` are published rows in any order (see app.store.publish)."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        ordered = sorted(rows, key=lambda row: row["code"])
        self.codes: list[str] = [row["code"] for row in ordered]
        self._row = {code: row for row, code in enumerate(self.codes)}
        self._geoms = np.array([row["geom"] for row in ordered], dtype=object)
        # A Feature is head + tail + b"}}": a page is one join, nothing is put together feature by feature.
        self._heads = _column(head(row["code"], row["geometry_text"], row["common_text"]) for row in ordered)
        self._tails = {lang: _column(row[f"tail_{lang}"].encode() for row in ordered) for lang in LANGUAGES}
        self._search = [row["search"] for row in ordered]
        self._bounds = shapely.bounds(self._geoms) if ordered else np.empty((0, 4))
        self._columns = {
            name: _Column([row[name] for row in ordered])
            for name in ("status", "item_no", "town_code", "lead_unit", "kind")
        }
        self._index = NearestIndex(self._geoms)

    def __len__(self) -> int:
        return len(self.codes)

    def column(self, name: str) -> np.ndarray:
        """The values of a filter column (``status``, ``kind``, ``town_code``, …), in order of code."""
        return self._columns[name].values()

    @property
    def geoms(self) -> np.ndarray:
        """The sites' geometries (WGS 84), in order of code."""
        return self._geoms

    def page(
        self, box: Box | None, filters: Filters, limit: int, after: str | None, lang: str, crs: str
    ) -> Page:
        """See the protocol."""
        mask = self._mask(filters)
        if box is not None:
            rows = self._index.intersecting(box)
            rows = rows if mask is None else rows[mask[rows]]
        else:
            rows = np.arange(len(self)) if mask is None else np.flatnonzero(mask)
        start = 0 if after is None else int(np.searchsorted(rows, bisect.bisect_right(self.codes, after)))
        chosen = rows[start : start + limit]
        if len(chosen) == 0:
            return Page(len(rows), 0, b"", None, None, False)
        low, high = self._bounds[chosen, :2].min(axis=0), self._bounds[chosen, 2:].max(axis=0)
        return Page(
            matched=len(rows),
            returned=len(chosen),
            features=self._features(chosen, lang, crs),
            bounds=Box(*low.tolist(), *high.tolist()),
            last_code=self.codes[chosen[-1]],
            more=start + limit < len(rows),
        )

    def nearby(
        self,
        lon: float,
        lat: float,
        radius_m: float | None,
        limit: int,
        filters: Filters,
        lang: str,
        crs: str,
    ) -> list[Near]:
        """See the protocol."""
        found = self._index.query(lon, lat, limit, radius_m, self._mask(filters))
        return self._near(found, lang, crs)

    def at(
        self, lon: float, lat: float, tolerance_m: float, filters: Filters, lang: str, crs: str
    ) -> list[Near]:
        """See the protocol."""
        found = self._index.query(lon, lat, max(1, len(self)), tolerance_m, self._mask(filters))
        return self._near(found, lang, crs)

    def _near(self, found: Any, lang: str, crs: str) -> list[Near]:
        indices, distances, bearings, points = found
        values = zip(indices.tolist(), distances.tolist(), bearings.tolist(), points.tolist(), strict=True)
        return [near(self._piece(row, lang), (d, b, point[0], point[1]), crs) for row, d, b, point in values]

    def _features(self, rows: np.ndarray, lang: str, crs: str) -> bytes:
        if crs != WGS84:
            return joined(feature(self._piece(row, lang), crs) for row in rows.tolist())
        parts = [b"}},"] * (3 * len(rows))
        parts[0::3] = self._heads[rows].tolist()
        parts[1::3] = self._tails[lang][rows].tolist()
        parts[-1] = b"}}"
        return b"".join(parts)

    def _piece(self, row: int, lang: str) -> Piece:
        return Piece(self.codes[row], self._geoms[row], self._heads[row], self._tails[lang][row])

    def _mask(self, filters: Filters) -> np.ndarray | None:
        """Which rows pass the filters; None when all do."""
        parts = [
            self._columns[name].isin(values)
            for name, values in (
                ("status", filters.statuses),
                ("item_no", filters.items),
                ("town_code", filters.towns),
                ("lead_unit", filters.units),
                ("kind", filters.kinds),
            )
            if values
        ]
        if filters.codes:
            parts.append(
                np.isin(
                    np.arange(len(self)), [self._row[code] for code in filters.codes if code in self._row]
                )
            )
        for word in filters.words:
            parts.append(np.fromiter((word in text for text in self._search), bool, len(self)))
        return np.logical_and.reduce(parts) if parts else None


def _column(values: Iterable[bytes]) -> np.ndarray:
    return np.fromiter(values, dtype=object)


class _Column:
    """A column of few distinct values as small integers."""

    def __init__(self, values: list[Any]) -> None:
        self._ids: dict[Any, int] = {}
        self._rows = np.array(
            [self._ids.setdefault(value, len(self._ids)) for value in values], dtype=np.int32
        )

    def values(self) -> np.ndarray:
        known = np.array(list(self._ids), dtype=object)
        return known[self._rows]

    def isin(self, wanted: Iterable[Any]) -> np.ndarray:
        ids = [self._ids[value] for value in wanted if value in self._ids]
        if len(ids) == 1:
            return self._rows == ids[0]
        return np.isin(self._rows, ids)
