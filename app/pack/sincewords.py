"""The change since an earlier week as the templates read it."""

from __future__ import annotations

from typing import Any

from app.i18n import translate
from app.pack.rows import STATUSES
from app.pack.since import NOT_YET, CoverSince, ItemSince, KindSince, Since
from app.wording import enumeration, figure, percent, square_metres

DASH, MINUS = "—", "\u2212"
LEAST_M2 = 1.0
"""A change of less is none."""


def points_words(lang: str, value: float | None) -> str:
    """Percentage points with their sign."""
    if value is None:
        return DASH
    rounded = round(value, 1)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return translate(lang, "pack.points", n=sign + figure(abs(rounded), 1))


def since_members(since: Since, lang: str) -> dict[str, Any]:
    """The section's words and rows."""
    changed = [kind for kind in since.kinds if _changed(kind)]
    same = [_label(kind, lang) for kind in since.kinds if not _changed(kind)]
    return {
        "title": translate(lang, "pack.since_title", week=since.label),
        "lead": translate(lang, "pack.since_lead", then=since.as_of),
        "then": translate(lang, "pack.since_then", week=since.label),
        "now": translate(lang, "pack.since_now"),
        "totals": [
            [translate(lang, f"pack.since_totals.{name}"), str(getattr(since, name))]
            for name in ("done", "late", "recovered", "same")
        ],
        "kinds": [_kind(kind, lang) for kind in changed],
        "same_kinds": translate(lang, "pack.since_same_kinds", kinds=enumeration(lang, same)) if same else "",
        "moves": _moves(since, lang),
        "same": translate(lang, "pack.since_same_sites", n=since.same),
        "sites": [{name: getattr(site, name) for name in site.__dataclass_fields__} for site in since.sites],
        "items": [_item(item, lang) for item in since.items],
    }


def _changed(kind: KindSince) -> bool:
    zone = kind.rows[-1]
    return (zone.gained_km2 + zone.lost_km2) * 1e6 >= LEAST_M2


def _label(kind: KindSince, lang: str) -> str:
    return kind.kind["en" if lang == "en" else "zh"]


def _kind(kind: KindSince, lang: str) -> dict[str, Any]:
    label, zone = _label(kind, lang), kind.rows[-1]
    told = _row(zone, lang)
    return {
        "label": label,
        "rows": [_row(row, lang) for row in kind.rows],
        "map": f"since-{kind.kind['code']}.svg",
        "alt": translate(
            lang,
            "pack.since_alt",
            kind=label,
            **{name: told[name] for name in ("then", "now", "gained", "lost")},
        ),
    }


def _row(row: CoverSince, lang: str) -> dict[str, str]:
    return {
        "name": row.name,
        "then": percent(lang, row.then_share * 100),
        "now": percent(lang, row.now_share * 100),
        "points": points_words(lang, row.points),
        "gained": _area(row.gained_km2, lang),
        "lost": _area(row.lost_km2, lang),
    }


def _area(km2: float, lang: str) -> str:
    return square_metres(lang, km2 * 1e6) if km2 * 1e6 >= LEAST_M2 else DASH


def _moves(since: Since, lang: str) -> list[dict[str, Any]]:
    """How many sites went from which status to which, in the legend's order."""
    order = [NOT_YET, *STATUSES]
    moved = [(pair, n) for pair, n in since.moves.items() if pair[0] != pair[1]]
    return [
        {
            "then": then,
            "then_label": translate(lang, f"status.{then}" if then else "pack.since_not_yet"),
            "now": now,
            "now_label": translate(lang, f"status.{now}"),
            "count": n,
        }
        for (then, now), n in sorted(moved, key=lambda one: [order.index(code) for code in one[0]])
    ]


def _item(item: ItemSince, lang: str) -> dict[str, Any]:
    def share(value: float | None, complete: bool) -> str:
        if complete:
            return translate(lang, "pack.done")
        return DASH if value is None else percent(lang, value)

    return {
        "no": item.no,
        "title": item.title,
        "then": share(item.then, item.complete_then),
        "now": share(item.now, item.complete_now),
        "points": points_words(lang, item.points),
    }
