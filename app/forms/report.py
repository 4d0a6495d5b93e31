"""The report form: what it starts with, what was typed into it, and what that comes to.

Everything typed is kept as it was typed until it is saved, so that a form with faults comes back unchanged.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.domain.built import Built, built, parse_sections
from app.domain.figurecheck import check_figures, parse_number
from app.domain.figures import is_counted, own_targets, report_percent
from app.domain.given import text_given
from app.errors import BadParameter, Fault
from app.store.filings import Filing
from app.store.reports import ReportForm

LONGEST_REASON = 500
NOT_CONTENT = frozenset(
    ("csrf", "id", "match", "overwrite", "corrects", "again", "then", "fall", "week", "photos")
)
"""Fields that say how to save, not what; two forms that differ in these alone are the same request."""
STATES = ("none", "part", "done")
"""Of a milestone: not begun, under way (with a percentage), done."""
PER_TOWN = ("town", "withheld")
LABELS = {
    "reason": ("更正理由", "the reason for the correction"),
    "suspended_reason": ("停工原因", "the reason for the stop"),
    "blockage.title": ("堵点的名称", "a few words for the blockage"),
    "blockage.text": ("堵点的具体情况", "what the blockage is"),
}
"""Sentences that may be required, as a message names them."""


@dataclass(frozen=True)
class Measured:
    """What the typed figures come to: `percent` (0–100), for a line what is `built`, for a task `figures`."""

    percent: float
    built: Built | None = None
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Fall:
    """A figure below that of an earlier week: the target's titles (None: the subject itself), both numbers,
    and the unit (None: percent)."""

    title: str | None
    title_en: str | None
    before: float
    now: float
    unit: str | None = None
    unit_en: str | None = None


def starting_values(filing: Filing, row: Any) -> dict[str, str]:
    """The form's fields for a report `row` (the week's own, or that of an earlier week taken over)."""
    values: dict[str, str] = {}
    if row is None:
        return values
    subject = filing.subject
    if not subject.site:
        for target in reported_targets(filing):
            values |= _figure_values(target, (row.figures or {}).get(str(target.ord)) or {})
    elif filing.built_of(row) is not None:
        values["sections"] = sections_text(row.sections)
    else:
        values["percent"] = figure_text(row.percent)
    return values


def own_values(filing: Filing) -> dict[str, str]:
    """What a correction starts with: all of the week's report but the reason."""
    row = filing.current
    values = starting_values(filing, row)
    if row is not None:
        values |= {"text": row.text or ""}
        if row.suspended_reason:
            values |= {"stopped": "1", "suspended_reason": row.suspended_reason}
    elif filing.built_of(filing.previous) is not None:
        values |= starting_values(filing, filing.previous)  # what is built stays built
    return values


def reported_targets(filing: Filing) -> list[Any]:
    """The targets that are reported on the task itself."""
    own = set(own_targets(filing.subject.targets))
    return [target for target in filing.subject.targets if target.ord in own]


def by_town(filing: Filing, target: Any) -> bool:
    """Whether a target's quantity may be told per town."""
    return is_counted(target) and filing.subject.on_map in PER_TOWN


def measured(filing: Filing, values: Mapping[str, str]) -> Measured:
    """What the typed figures come to. Errors: BadParameter with every fault in them."""
    subject = filing.subject
    if not subject.site:
        towns = [row.code for row in filing.towns]
        figures = check_figures(subject.targets, _typed_figures(filing, values), towns)
        return Measured(report_percent(subject.targets, figures, filing.weights), figures=figures)
    sections, percent = (values.get(name, "").strip() for name in ("sections", "percent"))
    if sections and percent and subject.is_line:
        told = (
            "区段和百分比只填一种：填了区段，百分比由系统算出。",
            "Give either sections or a percentage; from sections the percentage is worked out.",
        )
        raise BadParameter(Fault("percent", percent[:40], None, *told))
    if sections and filing.length_m is not None:
        done = built(parse_sections(sections, "sections"), filing.length_m, "sections")
        return Measured(done.percent, done)
    number = parse_number(percent.rstrip("%％ ")) if percent else None
    if number is None or not 0 <= number <= 100:
        raise BadParameter(_percent_fault(percent, subject.is_line))
    return Measured(round(float(number), 1))


def read_report(filing: Filing, values: Mapping[str, str]) -> tuple[ReportForm, Measured]:
    """The report that the form is, and what it comes to. Errors: BadParameter with every fault."""
    faults: list[Fault] = []
    found: Measured | None = None
    try:
        found = measured(filing, values)
    except BadParameter as error:
        faults += error.faults

    stopped = words(values, "suspended_reason", faults, bool(values.get("stopped")))
    text = words(values, "text", faults, False, 2_000)
    # A form that was opened before the week had a report knows of none: the store then tells of the conflict.
    reason = words(values, "reason", faults, bool(values.get("corrects")))
    if faults or found is None:
        raise BadParameter(*faults)
    pairs = [list(section) for section in found.built.intervals] if found.built is not None else None
    form = ReportForm(
        subject=filing.subject.code,
        week=filing.week,
        percent=found.percent if found.figures is None and pairs is None else None,
        figures=dict(found.figures) if found.figures is not None else None,
        sections=pairs,
        suspended_reason=stopped if values.get("stopped") else None,
        text=text,
        reason=reason,
    )
    return form, found


def words(
    values: Mapping[str, str],
    name: str,
    faults: list[Fault],
    required: bool,
    longest: int = LONGEST_REASON,
) -> str | None:
    """A sentence of a form, None when it is empty; what is wrong with it is added to `faults`."""
    if not values.get(name, "").strip():
        if required:
            zh, en = LABELS[name]
            faults.append(Fault(name, "", "required", f"请填写{zh}。", f"Give {en}."))
        return None
    try:
        return text_given(values[name], name, longest)
    except BadParameter as error:
        faults += error.faults
        return None


def falls(filing: Filing, found: Measured) -> list[Fall]:
    """What would be lower than in the newest earlier week; progress seldom falls, so it is asked about."""
    before = filing.previous
    if before is None:
        return []
    if found.figures is not None:
        return [
            Fall(target.title, target.title_en, was, now, *_unit(target))
            for target in reported_targets(filing)
            if (was := _figure(target, before.figures)) is not None
            and (now := _figure(target, found.figures)) is not None
            and now < was
        ]
    was_built = filing.built_of(before)
    if was_built is not None and found.built is not None:
        lower = found.built.metres < was_built.metres
        return [Fall(None, None, was_built.metres, found.built.metres, "米", "m")] if lower else []
    return [Fall(None, None, before.percent, found.percent)] if found.percent < before.percent else []


def request_id(form_id: str, values: Mapping[str, str]) -> str | None:
    """The UUID of one save: the form's, together with what is in it. Pressing twice is one save, and changing
    something before pressing again is another. None when the form has no UUID."""
    try:
        base = uuid.UUID(form_id)
    except ValueError:
        return None
    content = {name: value for name, value in values.items() if name not in NOT_CONTENT}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return str(uuid.uuid5(base, digest))


def sections_text(sections: Any) -> str:
    """Sections as people type them: ``0-1200; 1500-1800``."""
    return "; ".join(f"{figure_text(start)}-{figure_text(to)}" for start, to in sections or ())


def figure_text(value: float | None) -> str:
    """A number as it is typed: no separators, no needless zeros."""
    return "" if value is None else f"{value:.10g}"


def _figure_values(target: Any, figure: Mapping[str, Any]) -> dict[str, str]:
    field = f"figures.{target.ord}"
    if is_counted(target):
        towns = {
            f"{field}.towns.{code}": figure_text(number) for code, number in figure.get("towns", {}).items()
        }
        return {f"{field}.quantity": figure_text(figure.get("quantity")), **towns}
    percent = figure.get("percent")
    if percent is None:
        return {}
    state = "done" if percent >= 100 else "part" if percent > 0 else "none"
    return {f"{field}.state": state, f"{field}.percent": figure_text(percent)}


def _typed_figures(filing: Filing, values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The figures as :func:`check_figures` takes them, still as typed."""
    found: dict[str, dict[str, Any]] = {}
    for target in reported_targets(filing):
        field = f"figures.{target.ord}"
        if not is_counted(target):
            typed = values.get(f"{field}.percent", "")
            state = values.get(f"{field}.state")
            found[str(target.ord)] = {"percent": {"none": "0", "done": "100"}.get(state or "", typed)}
            continue
        quantity = values.get(f"{field}.quantity", "")
        found[str(target.ord)] = {"quantity": quantity}
        if by_town(filing, target):
            towns = {row.code: values.get(f"{field}.towns.{row.code}", "") for row in filing.towns}
            if any(value.strip() for value in towns.values()):
                found[str(target.ord)] = {"quantity": quantity, "towns": towns}
    return found


def _figure(target: Any, figures: Mapping[str, Any] | None) -> float | None:
    return ((figures or {}).get(str(target.ord)) or {}).get("quantity" if is_counted(target) else "percent")


def _unit(target: Any) -> tuple[str | None, str | None]:
    return (target.unit, target.unit_en) if is_counted(target) else (None, None)


def _percent_fault(typed: str, is_line: bool) -> Fault:
    allowed = {"minimum": 0, "maximum": 100}
    if typed:
        return Fault(
            "percent",
            typed[:40],
            allowed,
            f"完成百分比应为 0 到 100 之间的数，不能是“{typed[:40]}”。",
            f"The percentage done is a number from 0 to 100, not “{typed[:40]}”.",
        )
    if is_line:
        return Fault(
            "sections",
            "",
            "0-1200; 1500-1800",
            "请填写已建成的区段；没有进展请在“只报百分比”中填 0。",
            "Give the sections built; where nothing is done, put 0 under “a percentage only”.",
        )
    zh, en = "请填写完成百分比，没有进展请填 0。", "Give the percentage done; 0 where nothing is done."
    return Fault("percent", "", allowed, zh, en)
