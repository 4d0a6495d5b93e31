"""The one palette: how every status is coloured, shaped, dashed, worded and ordered.

Map, legend, lists, pages, print and exports read it from here, and nowhere else. Hue is never alone:
each status also has a shape for points, a dash for lines and a word in both languages.

Fills are chosen so that any two stay apart for normal sight and for simulated deuteranopia and
protanopia (`tests/maps/test_palette.py` measures it). `edge_light` and `edge_dark` are the thin rim that
keeps a pale fill visible on light ground (amber, sky blue, light grey) and a deep one on dark ground (navy,
dark red, dark grey): at least 3:1 against the ground, which WCAG 2.2 §1.4.11 asks of graphics.
"""

from __future__ import annotations

from dataclasses import dataclass

from maps.shapes import SHAPES

GRAPHICS_CONTRAST = 3.0
"""What WCAG 2.2 §1.4.11 asks of graphics against their ground."""


def luminance(colour: str) -> float:
    """Relative luminance of an `#RRGGBB` colour (WCAG 2.2), 0 for black to 1 for white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True, slots=True)
class Line:
    """How a line of this status is drawn; lengths in CSS pixels at zoom 14.

    `dash` alternates drawn and empty lengths (empty tuple: solid); with round caps a drawn length of 0.1 is
    a dot as wide as the line. `double` lines show the casing colour along their middle.
    """

    width: float
    dash: tuple[float, ...] = ()
    cap: str = "butt"
    double: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """One status as it is seen. Colours are `#RRGGBB`: `fill` of the mark, `ink` of the pictogram on it, and
    the rims on light and dark ground. `urgency` sorts lists, 0 first."""

    code: str
    zh: str
    en: str
    fill: str
    ink: str
    edge_light: str
    edge_dark: str
    shape: str
    line: Line
    urgency: int

    def label(self, lang: str) -> str:
        """The word for this status in `zh` or `en`."""
        return self.en if lang == "en" else self.zh

    @property
    def line_dark(self) -> str:
        """The colour of its line on dark ground: the fill, or the rim where the fill would vanish."""
        return self.fill if contrast(self.fill, DARK.land) >= GRAPHICS_CONTRAST else self.edge_dark


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of the ground and of the casing around every mark in one theme."""

    land: str
    casing: str
    ink: str


STATUSES: tuple[Status, ...] = (
    Status(
        code="unscheduled",
        zh="未排期",
        en="Unscheduled",
        fill="#A3ABB5",
        ink="#3D4651",
        edge_light="#6E7885",
        edge_dark="#C3CAD2",
        shape="hollow",
        line=Line(4, (0.1, 7.5), "round"),
        urgency=4,
    ),
    Status(
        code="not_started",
        zh="未开工",
        en="Not started",
        fill="#59616C",
        ink="#3D4651",
        edge_light="#4A525C",
        edge_dark="#98A2AE",
        shape="ring",
        line=Line(4, (7, 5)),
        urgency=5,
    ),
    Status(
        code="on_track",
        zh="正常推进",
        en="On track",
        fill="#00996B",
        ink="#FFFFFF",
        edge_light="#007A55",
        edge_dark="#33B88E",
        shape="disc",
        line=Line(4),
        urgency=3,
    ),
    Status(
        code="lagging",
        zh="滞后",
        en="Lagging",
        fill="#F0A818",
        ink="#3A2600",
        edge_light="#9A6500",
        edge_dark="#FFC654",
        shape="triangle",
        line=Line(4.5, (16, 6)),
        urgency=1,
    ),
    Status(
        code="overdue",
        zh="逾期",
        en="Overdue",
        fill="#B71C1C",
        ink="#FFFFFF",
        edge_light="#8E1212",
        edge_dark="#F06A62",
        shape="square",
        line=Line(6, (16, 6, 3, 6)),
        urgency=0,
    ),
    Status(
        code="completed",
        zh="已完工",
        en="Completed",
        fill="#4FB3E8",
        ink="#08263A",
        edge_light="#1A77AC",
        edge_dark="#7CCBF4",
        shape="diamond",
        line=Line(2.5),
        urgency=6,
    ),
    Status(
        code="accepted",
        zh="已验收",
        en="Accepted",
        fill="#123E8C",
        ink="#FFFFFF",
        edge_light="#0D2E69",
        edge_dark="#7FA2EE",
        shape="star",
        line=Line(6.5, double=True),
        urgency=7,
    ),
    Status(
        code="suspended",
        zh="停工",
        en="Suspended",
        fill="#A04BC0",
        ink="#FFFFFF",
        edge_light="#7C2F9C",
        edge_dark="#C686DF",
        shape="cross",
        line=Line(5, (0.1, 14), "round"),
        urgency=2,
    ),
)
"""In the order of the legend."""

BY_CODE: dict[str, Status] = {status.code: status for status in STATUSES}

LIGHT = Theme(land="#F4F2EC", casing="#FFFFFF", ink="#1B2430")
DARK = Theme(land="#14181D", casing="#14181D", ink="#E8ECF1")

CASING_WIDTH = 1.5
"""Pixels of casing on each side of every mark."""

PICTOGRAM_ZOOM = 14
"""From this zoom on a mark carries the pictogram of its kind."""


def status(code: str) -> Status:
    """The status with this code. Raises `KeyError` for a code that is not one of the eight."""
    return BY_CODE[code]


def as_json(lang: str) -> dict:
    """The palette as plain values for the browser: labels in `lang`, shapes as path data."""
    return {
        "casing": CASING_WIDTH,
        "pictogramZoom": PICTOGRAM_ZOOM,
        "light": {"land": LIGHT.land, "casing": LIGHT.casing, "ink": LIGHT.ink},
        "dark": {"land": DARK.land, "casing": DARK.casing, "ink": DARK.ink},
        "statuses": [
            {
                "code": s.code,
                "label": s.label(lang),
                "fill": s.fill,
                "ink": s.ink,
                "edgeLight": s.edge_light,
                "edgeDark": s.edge_dark,
                "shape": s.shape,
                "path": SHAPES[s.shape].outline,
                "hole": SHAPES[s.shape].hole,
                "glyph": SHAPES[s.shape].glyph,
                "shift": SHAPES[s.shape].shift,
                "line": {
                    "width": s.line.width,
                    "dash": list(s.line.dash),
                    "cap": s.line.cap,
                    "double": s.line.double,
                    "dark": s.line_dark,
                    "rim": contrast(s.fill, LIGHT.casing) < GRAPHICS_CONTRAST,
                },
                "urgency": s.urgency,
            }
            for s in STATUSES
        ],
    }
