"""The still map of a check-in: the site, where somebody stood, where the photos say they were taken."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from app.i18n import translate
from app.store.book import Line
from app.store.live import Live, View
from app.views.checkins import ON_IT_M
from app.views.overviews import zone_ground
from app.wording import local, metres
from geo.distance import nearest_on
from maps.closeup import Closeup, Fix, closeup
from maps.overview import Place

SAME_M = 8.0
"""Positions closer together than this are one mark; the table tells them all."""


class Told(NamedTuple):
    """A row of the table beside the map: what, where, how exactly and by what, how far from the site."""

    what: str
    lon: float
    lat: float
    how: str
    distance: str


class Where(NamedTuple):
    """The drawing, what it shows in words, the kinds of marks on it, and the table of the same facts."""

    drawing: Closeup
    label: str
    kinds: tuple[str, ...]
    table: tuple[Told, ...]


def where(source: Live, view: View, line: Line, one: dict[str, Any], lang: str) -> Where | None:
    """Map and table of a check-in (`one`: checkin_members of it); None where no place is kept."""
    subject = line.subject
    if subject.withheld or subject.geom is None or subject.kind is None:
        return None
    say = partial(translate, lang)
    fixes: list[Fix] = []
    table: list[Told] = []

    def add(kind: str, name: str, what: str, place: dict[str, Any], how: str) -> None:
        distance, near = _nearest(subject.geom, place["lon"], place["lat"])
        words = distance_words(distance, lang)
        table.append(Told(what, place["lon"], place["lat"], how, words))
        if any(_apart(fix, place) < SAME_M for fix in fixes):
            return
        accuracy = place.get("accuracy_m")
        fixes.append(Fix(kind, place["lon"], place["lat"], accuracy, near, words, name))  # type: ignore[arg-type]

    if place := one["position"]:
        kind = "pin" if place["source"] == "pin" else "device"
        add(kind, "", say("inspections.one.position"), place, _how(place, lang))
    for photo in one["photos"]:
        if place := photo["position"]:
            what = say("inspections.one.photo_device", n=photo["n"])
            add("photo", str(photo["n"]), what, place, _how(place, lang))
        if photo["exif"]:
            lon, lat = photo["exif"]
            what = say("inspections.one.photo_exif", n=photo["n"])
            how = say("inspections.one.taken", at=photo["taken"]) if photo["taken"] else ""
            add("exif", str(photo["n"]), what, {"lon": lon, "lat": lat}, how)
    kind = view.words.kinds[subject.kind]
    status = line.status.code.value
    drawn = closeup(
        Place(line.code, status, kind["pictogram"], subject.geom), fixes, *zone_ground(source, view, lang)
    )
    told = "; ".join(f"{one.what} {one.distance}" for one in table) or say("inspections.one.no_place")
    label = say("inspections.one.map_label", title=local(lang, vars(subject)), facts=told)
    return Where(drawn, label, tuple(dict.fromkeys(fix.kind for fix in fixes)), tuple(table))


def distance_words(distance: float, lang: str) -> str:
    """A distance to a site; that somebody stood on it is said in words."""
    return translate(lang, "inspections.on_it") if distance < ON_IT_M else metres(lang, distance)


def _how(place: dict[str, Any], lang: str) -> str:
    accuracy = place["accuracy_m"]
    told = (
        translate(lang, "inspections.one.accuracy", accuracy=metres(lang, accuracy))
        if accuracy is not None
        else translate(lang, "inspections.one.no_accuracy")
    )
    source = translate(lang, f"inspections.one.source_{place['source']}")
    return source if place["source"] == "pin" else f"{source}{'，' if lang == 'zh' else ', '}{told}"


def _nearest(geom: Any, lon: float, lat: float) -> tuple[float, tuple[float, float]]:
    found = nearest_on(np.array([geom], dtype=object), lon, lat)
    return float(found.distance_m[0]), (float(found.lon[0]), float(found.lat[0]))


def _apart(fix: Fix, place: dict[str, Any]) -> float:
    """Metres between two positions, near enough to tell whether they are one mark."""
    lat = np.radians(fix.lat)
    return float(np.hypot((fix.lon - place["lon"]) * np.cos(lat), fix.lat - place["lat"]) * 111_000)
