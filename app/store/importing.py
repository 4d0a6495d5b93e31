"""Replace sites' geometry by surveyed data: judge every row first, then save all or nothing.

Rows are matched by site code. A row whose code is unknown becomes a new site of the kind given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from unicodedata import category

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, insert, select

from app.domain.built import Replacement, on_new_line
from app.domain.built import built as built_of
from app.domain.codes import SiteCode, parse_site_code
from app.domain.privacy import is_withheld
from app.errors import BadParameter, Fault, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.redrawing import BuiltChoice, carry, redraw
from app.store.standing import standings
from app.store.subjects import renew_subjects
from app.store.writing import Writer
from geo.errors import Message
from geo.geojson import normalise
from geo.linear import length
from geo.measure import area_m2, length_m
from geo.reading import Row
from geo.repair import make_valid, validate

Watch = Callable[[Sequence["Judged"]], Iterable["Judged"]]
Verdict = Literal["new", "changed", "unchanged", "refused"]
TITLE_FIELDS = ("title", "name", "名称")
LONGEST_TITLE = 200
UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories that would break a line, a terminal, PostgreSQL (NUL) or the reading order (bidi)."""
POSITIONS = ("surveyed", "approximate")
NEIGHBOURHOOD_DEG = 0.01
"""How far outside the zone's line (about 1 km) a geometry may lie: the line itself is illustrative."""


@dataclass
class Judged:
    """One row of the file: what would become of it, and why not."""

    number: int
    code: str
    title: str
    verdict: Verdict = "refused"
    reasons: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    geom: BaseGeometry | None = None
    values: dict[str, Any] = field(default_factory=dict)
    before: float | None = None
    after: float | None = None
    built: Replacement | None = None
    report: Any = None

    def refuse(self, zh: str, en: str) -> None:
        """Note a reason against the row, in both languages."""
        self.reasons.append(Message(zh, en))


@dataclass(frozen=True)
class Judgement:
    """All rows of a file, and what they would be saved as."""

    rows: list[Judged]
    position: str

    def count(self, verdict: Verdict) -> int:
        """How many rows have this verdict."""
        return sum(row.verdict == verdict for row in self.rows)


def judge(
    connection: Connection, rows: Iterable[Row], kind: str, position: str, code_field: str
) -> Judgement:
    """Judge rows against the database; changes nothing. Errors: BadParameter for an unknown kind."""
    kinds = {row.code: row for row in connection.execute(select(t.kind))}
    if kind not in kinds:
        raise BadParameter(
            Fault(
                "--kind",
                kind,
                list(kinds),
                f"没有 {kind} 这个类别，可用的有：{'、'.join(kinds)}。",
                f"There is no kind {kind}; there are: {', '.join(kinds)}.",
            )
        )
    context = _Context(connection, kinds[kind], code_field)
    return Judgement([context.judge(row) for row in rows], position)


def save(
    writer: Writer,
    judgement: Judgement,
    source: str,
    built: BuiltChoice | None = None,
    watch: Watch = iter,
) -> int:
    """Save every new and changed row in the writer's transaction; the number saved is returned.

    The old geometry stays as a version; `watch` goes through the rows and may show progress. `built` says
    what becomes of sections reported as built on lines that change. Errors: Refused when any row was
    refused, or when there are such sections and nobody said what becomes of them.
    """
    refused = judgement.count("refused")
    if refused:
        raise Refused(
            f"有 {refused} 行不合格，未保存任何内容；请改正后重新导入。",
            f"{refused} rows were refused and nothing was saved; mend them and import again.",
        )
    chosen = [row for row in judgement.rows if row.verdict in ("new", "changed")]
    asked = [row.code for row in chosen if row.built is not None]
    if asked and built is None:
        raise Refused(
            f"{'、'.join(asked[:20])} 已按区段上报建成里程，几何变更后须由您决定如何处理，未保存任何内容："
            "keep 保留里程（自起点量起），percent 只保留百分比、由牵头单位重报区段。",
            f"Sections were reported as built on {', '.join(asked[:20])}; say what becomes of them, nothing "
            "was saved: keep the measures (from the start), or percent only, and the unit reports anew.",
        )
    for row in watch(chosen):
        values = {
            "geom": row.geom,
            "position": judgement.position,
            "geom_version": row.values["geom_version"],
        }
        number = writer.record(
            "geometry",
            subject=None if row.verdict == "new" else row.code,
            item=parse_site_code(row.code).item,
            before=None if row.before is None else {"measure": row.before},
            after={
                "code": row.code,
                "version": values["geom_version"],
                "source": source,
                "position": judgement.position,
                "measure": row.after,
            },
        )
        if row.verdict == "new":
            connection = writer.connection
            connection.execute(
                insert(t.site).values(row.values | values | {"code": row.code, "updated_at": writer.moment})
            )
        redraw(writer, row.code, values, source, number, new=row.verdict == "new")
        if row.built is not None and built is not None:
            carry(writer, row.report, row.built, built, values["geom_version"], number)
    renew_subjects(writer.connection)
    writer.touch(row.code for row in chosen)
    return len(chosen)


class _Context:
    """What a row is judged against."""

    def __init__(self, connection: Connection, kind: Any, code_field: str) -> None:
        self.kind, self.code_field = kind, code_field
        # by number, not by spelling: 20-1-001 is 20-1-01
        self.sites = {parse_site_code(row.code): row for row in connection.execute(select(t.site))}
        self.towns = connection.execute(select(t.town)).all()
        self.tasks = {tuple(row) for row in connection.execute(select(t.task.c.item_no, t.task.c.no))}
        leads = select(t.item_unit.c.item_no, t.item_unit.c.unit_code).where(
            t.item_unit.c.role == "lead", t.item_unit.c.ord == 0
        )
        self.leads = dict(connection.execute(leads).all())
        zone = connection.execute(select(t.zone.c.geom)).scalar_one()
        self.around = zone.buffer(NEIGHBOURHOOD_DEG)
        shapely.prepare(self.around)
        self.seen: dict[SiteCode, int] = {}
        standing = standings(connection, AsOf(date.max), 0.0)
        self.reports = {code: one.report for code, one in standing.items()}

    def judge(self, row: Row) -> Judged:
        text = str(row.attributes.get(self.code_field) or "").strip()
        title = next(
            (str(row.attributes[name]).strip() for name in TITLE_FIELDS if row.attributes.get(name)), ""
        )
        judged = Judged(row.number, shown(text), shown(title))
        code = self._code(judged, text)
        geometry = self._geometry(judged, row)
        if code is None or geometry is None:
            return judged
        judged.geom = geometry
        judged.after = self._measure(geometry)
        old = self.sites.get(code)
        town = self._town(geometry)
        if old is None:
            self._new(judged, code, town)
        else:
            self._changed(judged, old, town)
        if old is None and judged.title != title:
            judged.refuse(
                f"名称最多 {LONGEST_TITLE} 个字符，不含控制字符",
                f"a title has at most {LONGEST_TITLE} characters and no control characters",
            )
        if judged.reasons:
            judged.verdict = "refused"
        return judged

    def _code(self, judged: Judged, text: str) -> SiteCode | None:
        try:
            code = parse_site_code(text)
        except ValueError:
            judged.refuse(
                f"{self.code_field} 字段的编号“{judged.code[:30]}”不合规，应形如 20-1-01",
                f"the code {text[:30]!r} in field {self.code_field} is malformed, expected e.g. 20-1-01",
            )
            return None
        if code in self.seen:
            judged.refuse(f"与第 {self.seen[code]} 行编号重复", f"same code as row {self.seen[code]}")
        self.seen.setdefault(code, judged.number)
        if is_withheld(code.item):
            judged.refuse(
                f"第 {code.item} 项涉及家庭和个人，位置不得细于镇",
                f"item {code.item} concerns homes and persons: never more precise than the town",
            )
        elif (code.item, code.task) not in self.tasks:
            judged.refuse(
                f"台账中没有第 {code.item} 项任务 {code.task}",
                f"the ledger has no task {code.item}-{code.task}",
            )
        return code

    def _geometry(self, judged: Judged, row: Row) -> BaseGeometry | None:
        problems = list(row.problems)
        geometry, mended = (None, []) if row.geometry is None else make_valid(row.geometry)
        if not problems:
            problems = validate(geometry, self.kind.geometry, self.around)
        for problem in problems:
            judged.refuse(problem.zh, problem.en)
        judged.notes += mended
        return None if problems or geometry is None else normalise(geometry)

    def _changed(self, judged: Judged, old: Any, town: str) -> None:
        if old.kind != self.kind.code:
            judged.refuse(
                f"该编号的类别是 {old.kind}，不是 {self.kind.code}",
                f"this code is a {old.kind}, not a {self.kind.code}",
            )
        if town != old.town_code:
            self._in_another_town(judged, old.town_code)
        judged.code, judged.title = old.code, old.title
        self._sections(judged, old)
        judged.before = self._measure(old.geom)
        judged.values = {"geom_version": old.geom_version + 1}
        same = shapely.equals_identical(old.geom, judged.geom)
        judged.verdict = "unchanged" if same else "changed"
        if same:
            judged.built = None

    def _sections(self, judged: Judged, old: Any) -> None:
        """What is built of a line, and what the new geometry would make of it."""
        report = self.reports.get(old.code)
        if report is None or not report.sections or report.geom_version != old.geom_version:
            return
        if self.kind.measure != "length" or judged.geom is None:
            return
        judged.report = report
        judged.built = on_new_line(built_of(report.sections, length(old.geom)), length(judged.geom))

    def _in_another_town(self, judged: Judged, code: str) -> None:
        """Against surveyed borders a mistake, against illustrative ones only worth a look."""
        town = next(town for town in self.towns if town.code == code)
        zh = f"几何不在{town.name}的镇界内"
        en = f"the geometry is not within {town.name_en}"
        if town.position == "surveyed":
            judged.refuse(zh, en)
        else:
            judged.notes.append(
                Message(f"{zh}；镇界为示意，请核对", f"{en}; its border is illustrative, please check")
            )

    def _new(self, judged: Judged, code: SiteCode, town: str) -> None:
        if not judged.title:
            fields = " / ".join(TITLE_FIELDS)
            judged.refuse(f"新点位须有名称（字段 {fields}）", f"a new site needs a title (field {fields})")
        judged.values = {
            "item_no": code.item,
            "task_no": code.task,
            "kind": self.kind.code,
            "title": judged.title,
            "title_en": judged.title,
            "town_code": town,
            "lead_unit": self.leads.get(code.item),
            "geom_version": 1,
        }
        judged.verdict = "new"

    def _town(self, geometry: BaseGeometry) -> str:
        """The town that holds most of the geometry, else the nearest one."""
        touching = [town for town in self.towns if shapely.intersects(town.geom, geometry)]
        if touching:
            return max(touching, key=lambda town: _size(town.geom & geometry)).code
        return min(self.towns, key=lambda town: shapely.distance(town.geom, geometry)).code

    def _measure(self, geometry: BaseGeometry) -> float | None:
        if self.kind.measure == "length":
            return round(length_m(geometry), 1)
        return round(area_m2(geometry), 1) if self.kind.measure == "area" else None


def shown(text: str) -> str:
    """Text from a file as it is safe on a terminal: cut to a title's length, control characters as �."""
    return "".join("\ufffd" if category(c) in UNPRINTABLE else c for c in text[:LONGEST_TITLE])


def _size(geometry: BaseGeometry) -> float:
    return geometry.area or geometry.length
