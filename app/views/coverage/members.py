"""Coverage as answers have it: per town and zone, the areas for a map, the gaps, what is not pretended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from app.domain.reached import Layer
from app.domain.services import Manner, Method, Rule, Rules, State
from app.store.coverage.answers import Answer, Question, told_rows
from app.store.coverage.coverages import Coverages
from app.store.live import View
from app.store.vocabulary import Vocabulary
from app.views.coverage.served import (
    DIGITS,
    OF_EVERY_KIND,
    Found,
    Titles,
    served_rows,
)
from geo.change import Change
from geo.gaps import Gap, Gaps
from geo.geojson import geometry_text
from geo.ground import Share
from geo.service import Service

AREA_METHOD = "Lambert azimuthal equal-area, WGS 84 ellipsoid"


def question_members(answer: Answer, rules: Rules, lang: str) -> dict[str, Any]:
    """What was asked, and what it rests on."""
    question = answer.question
    rule = rules.by_kind.get(question.kind)
    walk = question.method is Method.WALK
    return {
        "kind": question.kind,
        "radius_m": round(question.radius_m, 1),
        "minutes": round(question.radius_m / rules.metres_per_minute, 1) if walk else None,
        "method": question.method.value,
        "state": question.state.value,
        "area_method": AREA_METHOD,
        **_basis(rule, rules, question.radius_m, walk, lang),
    }


def _basis(rule: Rule | None, rules: Rules, radius_m: float, walk: bool, lang: str) -> dict[str, Any]:
    """Where the number comes from; a number that somebody chose has no basis but that."""
    usual = rule is not None and radius_m == (
        rule.minutes * rules.metres_per_minute if walk and rule.minutes else rule.radius_m
    )
    if rule is None or not usual:
        return {"basis": None, "assumed": True, "manner": rule.manner.value if rule else "place"}
    zh = f"{rule.basis_zh}；{rules.walking_zh}" if walk else rule.basis_zh
    en = f"{rule.basis_en}; {rules.walking_en}" if walk else rule.basis_en
    return {"basis": zh if lang == "zh" else en, "assumed": rule.assumed, "manner": rule.manner.value}


def coverage_members(answer: Answer, found: Found, words: Vocabulary) -> dict[str, Any]:
    """The rows of the contract, with what is `found` of the places that are to be served.

    `villages` and `population` are null while no village has a place and nobody has loaded inhabitants: a
    share of ground is not a share of people.
    """
    rows = told_rows(answer)
    served = served_rows(found, len(rows))
    *towns, zone = (_row(row, words) | more for row, more in zip(rows, served, strict=True))
    return {
        "towns": towns,
        "zone": zone,
        "sites": rows[-1].sites,
        "off_network": answer.off_network,
        "metres": _metres(answer),
        "villages": zone["villages"],
        "population": zone["population"],
    }


def _metres(answer: Answer) -> dict[str, float] | None:
    """Metres built of a network, and of all its lines."""
    if answer.metres is None:
        return None
    built, everything = answer.metres
    return {"built": round(built, 1), "all": round(everything, 1)}


def _row(row: Share, words: Vocabulary) -> dict[str, Any]:
    named = {} if row.code is None else town_members(row.code, words)
    return named | {
        "area_km2": round(row.area_km2, 4),
        "covered_km2": round(row.covered_km2, 4),
        "share": round(row.share, 6),
        "sites": row.sites,
    }


def town_members(code: str, words: Vocabulary) -> dict[str, Any]:
    """How a row names its town."""
    town = words.towns[code]
    return {"town": town["name"], "town_en": town["name_en"], "town_code": code}


def gap_members(found: Gaps, answer: Answer, known: Titles, words: Vocabulary) -> dict[str, Any]:
    """The gaps, largest first, each with its middle and the nearest site that counts."""
    return {
        "largest": [_gap(rank, gap, answer, known, words) for rank, gap in enumerate(found.largest, start=1)],
        "more": found.more,
        "more_km2": round(found.more_km2, 4),
        "slivers": found.slivers,
        "sliver_km2": round(found.sliver_km2, 4),
    }


def _gap(rank: int, gap: Gap, answer: Answer, known: Titles, words: Vocabulary) -> dict[str, Any]:
    nearest = None
    if gap.nearest is not None:
        nearest = _site(answer.codes[gap.nearest], known) | {"distance_m": round(gap.distance_m or 0.0, 1)}
    return {
        "rank": rank,
        "km2": round(gap.km2, 4),
        "lon": round(gap.lon, DIGITS),
        "lat": round(gap.lat, DIGITS),
        "room_m": round(gap.room_m),
        "towns": [town_members(code, words) | {"km2": round(km2, 4)} for code, km2 in gap.towns.items()],
        "nearest": nearest,
    }


def nearest_codes(found: Gaps, answer: Answer) -> set[str]:
    """The sites that the gaps name."""
    return {answer.codes[gap.nearest] for gap in found.largest if gap.nearest is not None}


def _site(code: str, known: Titles) -> dict[str, Any]:
    """A site's code and titles; a point that somebody only tries out has no title."""
    about = known.get(code, {})
    return {"code": code, "title": about.get("title"), "title_en": about.get("title_en")}


def area_features(
    answer: Answer,
    found: Gaps | None,
    words: Vocabulary,
    villages: Iterable[tuple[BaseGeometry, dict[str, Any]]] = (),
) -> list[dict[str, Any]]:
    """Features for a map: what is covered per town (``layer: covered``), the gaps (``layer: gap``), and the
    villages (``layer: village``) as `village_rows` has them."""
    service = answer.service
    features = []
    for row, piece in zip(answer.coverage.towns, service.pieces, strict=True):
        if not piece.is_empty and row.code is not None:
            members = {"layer": "covered", **_row(row, words)}
            features.append(_feature(f"covered/{row.code}", service.ground.plane.to_wgs84(piece), members))
    for rank, gap in enumerate(found.largest if found else (), start=1):
        features.append(
            _feature(f"gap/{rank}", gap.area, {"layer": "gap", "rank": rank, "km2": round(gap.km2, 4)})
        )
    features += [_feature(f"village/{members['code']}", geom, members) for geom, members in villages]
    return features


def change_members(found: Change, words: Vocabulary) -> dict[str, Any]:
    """Square kilometres kept, gained and lost per town and in the zone."""

    def row(one: Any) -> dict[str, Any]:
        named = {} if one.code is None else town_members(one.code, words)
        names = ("both_km2", "gained_km2", "lost_km2")
        return named | {name: round(getattr(one, name), 4) for name in names}

    return {"towns": [row(one) for one in found.towns], "zone": row(found.zone)}


def change_features(found: Change) -> list[dict[str, Any]]:
    """The same as areas: ``layer`` is both, gained or lost."""
    return [
        _feature(layer, area, {"layer": layer})
        for layer, area in (("both", found.both), ("gained", found.gained), ("lost", found.lost))
        if not area.is_empty
    ]


def in_states(counted: Coverages, view: View, questions: Sequence[Question]) -> list[dict[State, Answer]]:
    """Each question's answers in every state, in the questions' order."""
    found = counted.ask_all(view, (one._replace(state=state) for one in questions for state in State))
    return [{state: found[one._replace(state=state)] for state in State} for one in questions]


def board_row(
    kind: str,
    answers: Mapping[State, Answer],
    found: Mapping[State, Found],
    rules: Rules,
    words: Vocabulary,
    lang: str,
) -> dict[str, Any]:
    """One kind on the board: the share of each town and the zone in each state, of the ground and of what is
    `found` of villages and inhabitants; of networks also of communities, buildings and built-up land."""
    network = rules.by_kind[kind].manner is Manner.NETWORK
    layers = tuple(Layer) if network else OF_EVERY_KIND
    shares: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for state, answer in answers.items():
        rows = told_rows(answer)
        for row, served in zip(rows, served_rows(found[state], len(rows), layers), strict=True):
            shares[row.code or "zone"][state.value] = {
                "covered_km2": round(row.covered_km2, 4),
                "share": round(row.share, 6),
                "sites": row.sites,
                **served,
            }
    done = answers[State.DONE]
    label = words.kinds[kind]["zh" if lang == "zh" else "en"]
    zone = shares.pop("zone")
    return {
        **question_members(done, rules, lang),
        "label": label,
        "towns": [town_members(code, words) | {"states": states} for code, states in shares.items()],
        "zone": {"states": zone},
        "metres": _metres(done),
        "off_network": done.off_network,
    }


def outline(service: Service, digits: int = DIGITS) -> BaseGeometry:
    """The covered area in WGS 84, its corners rounded and without what that leaves behind."""
    return shapely.set_precision(service.lonlat, 10.0**-digits)


def _feature(ident: str, geom: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = orjson.loads(geometry_text(geom, DIGITS))
    return {"type": "Feature", "id": ident, "geometry": geometry, "properties": properties}
