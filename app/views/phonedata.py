"""What a telephone takes along: one document with all that it needs where there is no signal.

It is the same in both languages, so that changing the language needs no signal either. The public part is
made once per version; who is signed in gets further members for every subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.domain.board import may_read_words
from app.domain.privacy import is_withheld
from app.domain.roles import Action, Actor, may
from app.i18n import LANGUAGES, show
from app.store.blockages import units_of
from app.store.book import Book
from app.store.live import View
from app.store.spatial.protocol import Filters
from geo.crs import WGS84

MOST_SITES = 10_000
"""What a mid-range telephone still holds and sorts; of a larger zone the first in order of code are taken
along, and `partial` says so."""

SITE_NAMES = (
    "code",
    "title",
    "title_en",
    "item",
    "task",
    "kind",
    "town",
    "town_en",
    "town_code",
    "lead_unit",
    "lead_unit_en",
    "lead_unit_code",
    "road",
    "status",
    "planned_percent",
    "reported_percent",
    "position",
    "length_m",
    "area_m2",
    "built_m",
    "built",
    "updated_at",
    "sample",
)
TOWN_NAMES = ("code", "name", "name_en", "area_km2", "position")
GROUND_NAMES = ("layer", "name", "name_en", "class", "position")


@dataclass(frozen=True)
class PublicPart:
    """`head` are the first members as JSON without the closing brace; `subjects` by code, for everybody."""

    head: bytes
    subjects: dict[str, dict[str, Any]]

    def whole(self, actor: Actor | None, subjects: dict[str, dict[str, Any]]) -> bytes:
        """The document with these subjects; `account` says for whom it was made."""
        account = actor.account_id if actor else None
        return b'%b,"account":%b,"subjects":%b}' % (self.head, _json(account), _json(subjects))


def public_part(
    view: View, book: Book, towns: dict[str, Any], ground: dict[str, Any], made_at: datetime
) -> PublicPart:
    """What everybody may take along of `view` and the `book` of the same moment."""
    sites, partial = _sites(view)
    words = view.words
    head = {
        "version": view.version,
        "as_of": view.as_of,
        "week": str(view.week),
        "week_label": show("zh", view.week),
        "week_label_en": show("en", view.week),
        "generated_at": made_at.isoformat(),
        "sample": view.sample,
        "zone": words.zone["name"],
        "zone_en": words.zone["name_en"],
        "year": words.programme["year"],
        "partial": partial,
        "sites": sites,
        "towns": _cut(towns, TOWN_NAMES),
        "ground": _cut(ground, GROUND_NAMES),
        "units": {
            code: {"name": row["name"], "name_en": row["name_en"]} for code, row in words.units.items()
        },
        "items": {
            no: {"title": row["title"], "title_en": row["title_en"]} for no, row in words.items.items()
        },
    }
    return PublicPart(_json(head)[:-1], {code: _subject(line) for code, line in book.lines.items()})


def personal_subjects(
    public: PublicPart, book: Book, actor: Actor, latest: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The subjects with what `actor` may know and do: units that a blockage may be put to (codes),
    the sections seen last, and whether a check-in is theirs to make."""
    found = {}
    for code, members in public.subjects.items():
        subject = book.lines[code].subject
        about = subject.about()
        found[code] = members | {
            "units": units_of(subject),
            "latest_sections": latest.get(code) if may_read_words(actor, about) else None,
            "may_inspect": may(actor, Action.INSPECT, about),
        }
    return found


def _sites(view: View) -> tuple[list[dict[str, Any]], bool]:
    """The features with their reasons in both languages, and whether there are more."""
    pages = [view.reads.page(None, Filters(), MOST_SITES, None, lang, WGS84) for lang in LANGUAGES]
    read = {lang: orjson.loads(b"[%b]" % page.features) for lang, page in zip(LANGUAGES, pages, strict=True)}
    sites = []
    for zh, en in zip(read["zh"], read["en"], strict=True):
        said, other = zh["properties"], en["properties"]
        if is_withheld(said["item"]):
            continue  # nothing of these is ever located, whatever was imported
        kept = {name: said[name] for name in SITE_NAMES if said.get(name) is not None}
        zh["properties"] = kept | {"why": said["why"], "why_en": other["why"]}
        sites.append(zh)
    return sites, pages[0].more


def _subject(line: Any) -> dict[str, Any]:
    subject = line.subject
    return {
        "title": subject.title,
        "title_en": subject.title_en,
        "item": subject.item_no,
        "withheld": subject.withheld,
        "site": subject.site,
        "reported": subject.reported,
        "version": line.version,
        "geom_version": subject.geom_version,
        "length_m": line.length_m,
    }


def _cut(collection: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The collection with these properties only."""
    features = [
        one | {"properties": {name: one["properties"][name] for name in names if name in one["properties"]}}
        for one in collection["features"]
    ]
    return {"type": "FeatureCollection", "features": features}


def _json(members: Any) -> bytes:
    return orjson.dumps(members, default=str, option=orjson.OPT_NON_STR_KEYS)
