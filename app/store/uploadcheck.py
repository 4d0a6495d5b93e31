"""What an uploaded template would change: every subject judged by the rules that filing itself goes by.

Nothing is written here. Rows that nobody touched since the template was made are left alone, whatever has
happened in the ledger meanwhile; so an old template takes back nothing that somebody else has filed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.domain.built import built, parse_sections
from app.domain.figures import own_targets
from app.domain.weeks import Week
from app.errors import AppError, BadParameter
from app.sheets.filled import CellFault, FilledRow, cell_of
from app.sheets.weekly import KEYS_OF_SUBJECT, Values
from app.store.reports import ReportForm, Reports
from app.store.subjects import Subject
from app.store.uploadchanges import changes
from app.store.weekly import Filed, UnitWeek, values_of
from app.store.writing import Asked, plain
from geo.linear import length

Verdict = Literal["new", "correction", "same", "broken"]
LONGEST = {"stop": 500, "text": 2_000, "reason": 500}
STEP = 250
_COMPARED = ("percent", "figures", "sections", "suspended_reason", "text")


@dataclass
class Judged:
    """One subject of the file: what would become of it, and why not. `meanwhile`: the ledger has moved on
    since the template was made, and this was edited all the same."""

    code: str
    title: str
    title_en: str
    verdict: Verdict = "broken"
    changes: list[dict[str, Any]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    form: dict[str, Any] | None = None
    version: int = 0
    meanwhile: bool = False


class WeekReports(Reports):
    """Reports that are all of the same week, which is checked once; and their rows before they are filed."""

    checked: Week | None = None

    def draft(self, form: ReportForm, asked: Asked) -> tuple[dict[str, Any], Any | None]:
        """The row that filing would write, and the one that it would correct. Errors: those of filing."""
        return self._row(form, asked)

    def _check_week(self, form: ReportForm) -> None:
        if form.week != self.checked:
            super()._check_week(form)
            self.checked = form.week


def judge(
    reports: WeekReports,
    known: UnitWeek,
    rows: Sequence[FilledRow],
    upload: str,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> list[Judged]:
    """Judge the rows of a template, in order of their first row. Untouched subjects count as ``same``."""
    subjects: dict[str, list[FilledRow]] = {}
    for row in rows:
        subjects.setdefault(row.code or f"?{row.number}", []).append(row)
    found = []
    for done, (code, mine) in enumerate(subjects.items()):
        if done % STEP == 0:
            watch(done, len(subjects))
        found.append(_Judge(reports, known, code, mine, upload).judged)
    watch(len(subjects), len(subjects))
    return found


def form_of(members: dict[str, Any], week: Any) -> ReportForm:
    """A form kept as JSON."""
    return ReportForm(**(members | {"week": week}))


def asked_of(upload: str, members: dict[str, Any], version: int) -> Asked:
    """The request that files one subject of an upload: always the same UUID for the same upload."""
    number = uuid.uuid5(uuid.UUID(upload), members["subject"])
    return Asked.of(str(number), members, version)


class _Judge:
    def __init__(
        self, reports: WeekReports, known: UnitWeek, code: str, rows: list[FilledRow], upload: str
    ) -> None:
        self.reports, self.known, self.rows, self.upload = reports, known, rows, upload
        subject = known.subjects.get(code)
        self.judged = Judged(code, subject.title if subject else "", subject.title_en if subject else "")
        for row in rows:
            self.judged.faults += row.faults
        if subject is None:
            self._unknown(code)
        elif not self.judged.faults and not any(row.touched for row in rows):
            self.judged.verdict = "same"
        else:
            self._subject(subject, known.filed[code])

    def _unknown(self, code: str) -> None:
        row = self.rows[0]
        if code.startswith("?"):
            self._fault(row, "code", "缺少编号；请不要添加行。", "There is no code here; do not add rows.")
            self.judged.code = ""
        elif any(row.touched for row in self.rows):
            self._fault(
                row,
                "code",
                f"{code[:20]} 不是本单位填报的编号。请重新下载模板，不要改动编号。",
                f"{code[:20]} is not among the codes that your unit reports. Download the template again and "
                "leave codes alone.",
            )
        else:
            self.judged.verdict = "same"  # a site given away since; nothing was entered for it

    def _subject(self, subject: Subject, filed: Filed) -> None:
        judged = self.judged
        judged.version = filed.version
        judged.meanwhile = any(
            row.touched and row.base_version not in (None, filed.version) for row in self.rows
        )
        by_ordinal = self._by_ordinal(subject)
        if by_ordinal is None or judged.faults:
            return
        current = values_of(subject, filed.this)
        values = {ordinal: self._values(row, current[ordinal]) for ordinal, row in by_ordinal.items()}
        if filed.this is None and all(one.empty for one in values.values()):
            judged.verdict = "same"
            return
        members = self._form(subject, values, by_ordinal, filed)
        if members is None:
            return
        form = form_of(members, self.known.week)
        asked = asked_of(self.upload, members, filed.version)
        try:
            # the reason is asked for below, where it is known whether anything changes at all
            row, _ = self.reports.draft(
                form if form.reason else form_of(members | {"reason": "-"}, form.week), asked
            )
        except AppError as error:
            self._told(error, by_ordinal)
            return
        if filed.this is not None and all(row[name] == getattr(filed.this, name) for name in _COMPARED):
            judged.verdict = "same"
            return
        first = next(iter(by_ordinal.values()))
        if filed.this is not None and not form.reason:
            self._fault(
                first,
                "reason",
                "本周已经上报，改动须写更正理由。",
                "This week is reported already; a change needs a reason.",
            )
            return
        judged.form = members | {"week": str(form.week)}
        cells = {ordinal: filled.number for ordinal, filled in by_ordinal.items()}
        judged.changes = changes(subject, self.known.towns, current, row, filed.this, cells)
        judged.verdict = "new" if filed.this is None else "correction"

    def _by_ordinal(self, subject: Subject) -> dict[int | None, FilledRow] | None:
        """The rows by their targets, in order; None with a fault."""
        allowed: list[int | None] = [None] if subject.site else list(own_targets(subject.targets))
        found: dict[int | None, FilledRow] = {}
        for row in self.rows:
            if row.ordinal not in allowed or row.ordinal in found:
                self._fault(
                    row,
                    "code",
                    f"{subject.code} 的这一行重复或目标序号被改动。请重新下载模板，不要复制行。",
                    f"This row of {subject.code} is there twice, or its target was changed. Download the "
                    "template again and do not copy rows.",
                )
                return None
            found[row.ordinal] = row
        ordered = {ordinal: found[ordinal] for ordinal in allowed if ordinal in found}
        for row in list(ordered.values())[1:]:
            for key in KEYS_OF_SUBJECT:
                if getattr(row, key):
                    cell = self._cell(next(iter(ordered.values())), key)
                    self._fault(
                        row,
                        key,
                        f"请写在本编号的第一行（{cell}）。",
                        f"Write this in {cell}, on the code's first row.",
                    )
        return ordered

    def _values(self, row: FilledRow, current: Values) -> Values:
        """A row's values; those of the ledger where nobody touched the row."""
        if not row.touched:
            return current
        words = {key: getattr(row, key) for key in KEYS_OF_SUBJECT}
        return Values(row.value, dict(row.towns), **words)

    def _form(
        self,
        subject: Subject,
        values: dict[int | None, Values],
        rows: dict[int | None, FilledRow],
        filed: Filed,
    ) -> dict[str, Any] | None:
        """The members of the report's form, without its week; None with faults."""
        first = next(iter(values.values()))
        row = next(iter(rows.values()))
        for key, most in LONGEST.items():
            if len(getattr(first, key)) > most:
                self._fault(row, key, f"最多 {most} 字，请缩短。", f"At most {most} characters; shorten it.")
        members: dict[str, Any] = {
            "subject": subject.code,
            "percent": None,
            "figures": None,
            "sections": None,
            "suspended_reason": first.stop or None,
            "text": first.text or None,
            "reason": first.reason or None,
        }
        if subject.site:
            members |= self._site(subject, first, row, filed)
        else:
            members["figures"] = {str(ordinal): _figure(one) for ordinal, one in values.items()}
        return None if self.judged.faults else members

    def _site(self, subject: Subject, values: Values, row: FilledRow, filed: Filed) -> dict[str, Any]:
        if values.sections and not subject.is_line:
            self._fault(row, "sections", "只有道路、管线填建成区段。", "Only roads and mains have sections.")
        elif values.sections:
            return self._line(subject, values, row, filed)
        elif values.value is None:
            self._fault(
                row,
                "value",
                "请填写本周累计完成的百分比；没有进展请填 0 或与上次相同的数。",
                "Give the percentage done so far; 0 or the last figure where nothing has moved.",
            )
        elif isinstance(values.value, str) or not 0 <= values.value <= 100:
            self._fault(
                row,
                "value",
                f"应为 0 到 100 之间的百分比，不能是“{values.value}”。",
                f"A percentage from 0 to 100 is wanted, not “{values.value}”.",
            )
        else:
            return {"percent": values.value}
        return {}

    def _line(self, subject: Subject, values: Values, row: FilledRow, filed: Filed) -> dict[str, Any]:
        """Sections of a line. A percentage beside them must be the old one, left as it was, or agree."""
        try:
            pairs = parse_sections(values.sections, "sections")
            percent = built(pairs, length(subject.geom), "sections").percent
        except BadParameter as error:
            self._told(error, {None: row})
            return {}
        known = (None, percent, *(one.percent for one in (filed.this, filed.last) if one is not None))
        if values.value not in known:
            self._fault(
                row,
                "value",
                f"按建成区段的里程为 {percent:g}%，与这里的 {values.value} 不符。请清空此格，或改正区段。",
                f"The sections come to {percent:g} %, not {values.value}. Clear this cell or mend the "
                "sections.",
            )
            return {}
        return {"sections": [list(pair) for pair in pairs]}

    def _told(self, error: AppError, rows: dict[int | None, FilledRow]) -> None:
        """Note what filing would refuse, at the cells it is about."""
        first = next(iter(rows.values()))
        if not error.faults:
            self._fault(first, "code", error.zh, error.en)
        for fault in error.faults:
            name, _, rest = fault.parameter.partition(".")
            ordinal, _, rest = rest.partition(".")
            row = rows.get(int(ordinal)) if name == "figures" and ordinal.isdigit() else first
            town = rest.removeprefix("towns.") if rest.startswith("towns.") else ""
            if row is None:
                row, key = first, "code"
            elif town in self.known.towns:
                key = f"town:{town}"
            else:
                key = {"sections": "sections", "reason": "reason", "week": "code"}.get(name, "value")
            self._fault(row, key, fault.zh, fault.en)

    def _cell(self, row: FilledRow, key: str) -> str:
        return cell_of(row.number, key, self.known.towns)

    def _fault(self, row: FilledRow, key: str, zh: str, en: str) -> None:
        self.judged.faults.append(CellFault(self._cell(row, key), zh, en))


def _figure(values: Values) -> dict[str, Any] | Any:
    """A row as `check_figures` takes it: with its towns where there are any, else the bare number."""
    return {"quantity": values.value, "towns": dict(values.towns)} if values.towns else values.value


def members_of(one: Judged | FilledRow) -> dict[str, Any]:
    """Its members, faults as well; many times faster than `dataclasses.asdict`, which copies everything."""
    return vars(one) | {"faults": [vars(fault) for fault in one.faults]}


def as_json(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    """Judgements as they are kept."""
    return plain([members_of(one) for one in judged])
