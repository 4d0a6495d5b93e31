"""Status marks and line samples as SVG text, for pages, legends and print.

Only presentation attributes are used (no `style`), so the marks pass a content security policy without
`unsafe-inline`; and no text of users ever enters them, so the result is safe to place as markup.
"""

from __future__ import annotations

from maps.palette import status
from maps.pictograms import pictogram
from maps.shapes import SHAPES

_HALF = 18
"""Half the view box: the widest mark (±15.6) plus casing and rim."""

_HIDDEN = 'aria-hidden="true" focusable="false"'


def mark_svg(code: str, *, kind: str = "", size: int = 20) -> str:
    """The mark of a status as an `<svg>` of `size` CSS pixels, hidden from screen readers.

    The word has to stand beside it: shape and hue alone are not enough. `kind` is a pictogram name; from
    about 24 px on it can be read. Both themes' rims are in it, the style sheet shows one (`.only-light`,
    `.only-dark`). Raises `KeyError` for an unknown status.
    """
    look = status(code)
    shape = SHAPES[look.shape]
    parts = [
        f'<path class="{only}" d="{shape.outline}" fill="{look.fill}" stroke="{rim}" stroke-width="1.4"'
        ' stroke-linejoin="round"/>'
        for only, rim in (("only-light", look.edge_light), ("only-dark", look.edge_dark))
    ]
    if shape.hole:
        parts.append(f'<path class="mark-hole" d="{shape.hole}"/>')
    if kind:
        parts.append(
            f'<path class="{"mark-on-hole" if shape.hole else "mark-on-fill"}" d="{pictogram(kind)}"'
            f' fill="{look.ink}" fill-rule="evenodd"'
            f' transform="translate(0 {shape.shift:g}) scale({shape.glyph:g})"/>'
        )
    view = f"{-_HALF} {-_HALF} {2 * _HALF} {2 * _HALF}"
    return (
        f'<svg class="mark" width="{size}" height="{size}" viewBox="{view}" {_HIDDEN}>{"".join(parts)}</svg>'
    )


def line_svg(code: str, *, width: int = 36, height: int = 12) -> str:
    """A sample of a status's line (width, dash, double) as an `<svg>` of the given CSS pixels."""
    look = status(code)
    path = 'd="M3 8H45" fill="none"'
    pattern = f' stroke-linecap="{look.line.cap}"'
    if look.line.dash:
        pattern += f' stroke-dasharray="{" ".join(f"{length:g}" for length in look.line.dash)}"'
    parts = [
        f'<path class="{only}" {path} stroke="{colour}" stroke-width="{look.line.width:g}"{pattern}/>'
        for only, colour in (("only-light", look.fill), ("only-dark", look.line_dark))
    ]
    if look.line.double:
        parts.append(f'<path class="mark-middle" {path} stroke-width="{look.line.width / 3:.2g}"/>')
    return (
        f'<svg class="line-sample" width="{width}" height="{height}" viewBox="0 0 48 16" {_HIDDEN}>'
        f"{''.join(parts)}</svg>"
    )
