"""What somebody does to the ledger in a random history, through the same functions as the service."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import shapely
from shapely import affinity
from sqlalchemy import Connection, select

from app.domain import blockages, directives
from app.domain.roles import Actor, Role
from app.domain.targetfacts import is_counted, own_targets
from app.domain.weeks import Week
from app.store import tables as t
from app.store.acceptances import VerdictForm, give_verdict
from app.store.asof import AsOf
from app.store.blockages import NewBlockage, blockages_of, open_blockage, step_blockage
from app.store.checkin import read_checkin
from app.store.directives import NewDirective, directives_of, give_directive, step_directive
from app.store.disputes import decide
from app.store.importing import judge, save
from app.store.inspections import NewInspection, record_inspection
from app.store.plans import PlanForm, set_plan
from app.store.reports import ReportForm, file_report
from app.store.revisions import Revision, revise
from app.store.standing import standings
from app.store.subjects import Subject, read_subject
from app.store.writing import Asked, Writer
from geo.linear import length
from geo.reading import Row

TOLERANCE = 5.0
LINES = ("20-1-01", "20-3-01")
SITES = (*LINES, "09-1-01")
TASKS = ("20-1", "14-1", "06-1")  # with figures of their own; 06-1 is protected
PLANNED = (*SITES, *TASKS, "09-1")  # 09-1 is not reported: its plan holds for its sites
NEW_LINES = ("20-1-03",)
COMMAND = Actor(None, "command", "督查考核指挥部", Role.SUPERVISION)
LEADER = Actor(None, "leader", "分管领导", Role.LEADER)


@dataclass(frozen=True)
class Act:
    """Something that somebody does `second` seconds into a week. `number` and `more` say how much."""

    kind: str
    subject: str
    second: int
    number: int
    more: int
    words: str | None


def take(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """Do it at `moment` on `day`; what came of it in a word or two. Errors: those of the service."""
    return _DO[act.kind](connection, act, moment, day)


def _writer(connection: Connection, actor: Actor, moment: datetime, day: date) -> Writer:
    return Writer(connection, actor, moment, day, TOLERANCE)


def _unit(subject: Subject) -> Actor:
    return Actor(None, subject.lead_unit, subject.lead_unit, Role.LEAD_UNIT, subject.lead_unit)


def _asked(act: Act, writer: Writer) -> Asked:
    return Asked.of(str(uuid.uuid4()), repr(act), writer.version(act.subject))


def _plan(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    subject = read_subject(connection, act.subject)
    writer = _writer(connection, _unit(subject), moment, day)
    start = day + timedelta(days=7 * act.number - 50)
    end = start + timedelta(days=10 * act.more)
    middle = start + timedelta(days=5 * act.more)
    milestones = ((middle, 8.0 * act.number),) if act.more and act.words else ()
    weights = {str(target.ord): 1.0 + act.more for target in subject.targets} if not subject.site else {}
    form = PlanForm(act.subject, start, end, milestones, 1.0 + act.number, weights, act.words or "调整")
    set_plan(writer, form, _asked(act, writer))
    writer.finish()
    return "plan"


def _report(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    return _file(connection, act, moment, day, Week.of(day), act.number / 10)


def _finish(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    _file(connection, act, moment, day, Week.of(day), 1.0)
    return "finish"


def _correct(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """Of an earlier week's report; where there is none, a late report."""
    earlier = t.report.c.week_monday < Week.of(day).monday
    rows = connection.execute(select(t.report).where(earlier).order_by(t.report.c.change_id)).all()
    week = Week.of(day - timedelta(days=7 * (1 + act.more % 4)))
    if rows and act.more < 9:
        row = rows[act.more % len(rows)]
        act, week = replace(act, subject=row.subject_code), Week.of(row.week_monday)
    return "late " + _file(connection, act, moment, day, week, act.number / 10)


def _file(connection: Connection, act: Act, moment: datetime, day: date, week: Week, share: float) -> str:
    subject = read_subject(connection, act.subject)
    writer = _writer(connection, _unit(subject), moment, day)
    words: dict[str, Any] = {"reason": "核实", "text": act.words}
    if act.words and share < 1:
        words["suspended_reason"] = act.words
    if not subject.site:
        words["figures"] = {
            str(target.ord): {"quantity": round((target.quantity or 0) * share)}
            if is_counted(target)
            else {"percent": min(100.0, 100 * share)}
            for target in subject.targets
            if target.ord in own_targets(subject.targets)
        }
    elif subject.is_line and act.more % 2:
        whole = length(subject.geom)
        words["sections"] = [
            [0, whole * min(share, 1) / 2],
            [whole * min(share, 1) / 4, whole * min(share, 1)],
        ]
        words["sections"] = [pair for pair in words["sections"] if pair[1] > pair[0]]
    else:
        words["percent"] = min(100.0, 100 * share)
    receipt = file_report(writer, ReportForm(act.subject, week, **words), _asked(act, writer))
    writer.finish()
    return "correction" if receipt["corrects"] else "sections" if words.get("sections") else "report"


def _verdict(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """Of something completed, where there is anything."""
    writer = _writer(connection, COMMAND, moment, day)
    standing = standings(connection, AsOf(day), TOLERANCE)
    completed = [code for code, one in standing.items() if one.status.code == "completed"]
    if completed:
        act = replace(act, subject=completed[act.more % len(completed)])
    accepted = act.number % 2 > 0
    give_verdict(writer, VerdictForm(act.subject, accepted, "有缺陷"), _asked(act, writer))
    writer.finish()
    return "accepted" if accepted else "sent back"


def _redraw(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """A line moved and made longer or shorter, or a new one."""
    built = (
        select(t.report.c.subject_code).where(t.report.c.sections.is_not(None)).order_by(t.report.c.change_id)
    )
    lines = connection.execute(built).scalars().all()
    if lines and act.number % 2:
        act = replace(act, subject=lines[act.more % len(lines)])
    site = connection.execute(select(t.site).where(t.site.c.code == act.subject)).first()
    old = site.geom if site else shapely.LineString([(116.40, 35.38), (116.41, 35.39)])
    factor = 0.5 + act.number / 10
    geom = affinity.scale(affinity.translate(old, act.more / 1e5, 0), factor, factor, origin=old.coords[0])
    writer = _writer(connection, COMMAND, moment, day)
    kind = site.kind if site else "road"
    row = Row(1, {"code": act.subject, "title": "新路"}, geom, [])
    judgement = judge(connection, [row], kind, "surveyed", "code")
    choice = ("keep", "percent")[act.more % 2]
    asked = judgement.rows[0].built is not None
    saved = save(writer, judgement, "survey.geojson", choice)  # type: ignore[arg-type]
    writer.finish()
    return ("carried" if asked else "redrawn") if saved and site else "new site" if saved else "same"


def _block(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    writer = _writer(connection, COMMAND, moment, day)
    due = day + timedelta(days=act.more) if act.more % 2 else None
    open_blockage(writer, NewBlockage(str(uuid.uuid4()), act.subject, "管线未迁", "待协调", due=due))
    writer.finish()
    return "blockage"


def _follow(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """A step with a blockage, where there is any."""
    known = blockages_of(connection, AsOf(day))
    if not known:
        return "nothing"
    one = known[act.more % len(known)]
    step = ("answer", "escalate", "close", "reopen")[act.number % 4]
    unit = Actor(None, one.owner, one.owner, Role.LEAD_UNIT, one.owner)
    writer = _writer(connection, unit if step == "answer" else COMMAND, moment, day)
    step_blockage(writer, one.id, blockages.Form(step, "已办"), Asked.of(None, step, one.version))
    writer.finish()
    return "blockage step"


def _direct(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    writer = _writer(connection, LEADER, moment, day)
    subject = read_subject(connection, act.subject)
    due = day + timedelta(days=act.more)
    about = act.subject if act.number % 2 else None
    form = NewDirective(str(uuid.uuid4()), subject.item_no, subject.lead_unit, due, "加快", about)
    give_directive(writer, form, Asked.of(None, "direct"))
    writer.finish()
    return "directive"


def _pursue(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """A step with a directive, where there is any."""
    known = directives_of(connection, AsOf(day))
    if not known:
        return "nothing"
    one = known[act.more % len(known)]
    step = ("progress", "done", "confirm", "extend")[act.number % 4]
    unit = Actor(None, one.unit, one.unit, Role.LEAD_UNIT, one.unit)
    writer = _writer(connection, unit if step in ("progress", "done") else LEADER, moment, day)
    form = directives.Form(step, "已办", one.due + timedelta(days=7) if step == "extend" else None)
    step_directive(writer, one.id, form, Asked.of(None, step, one.version))
    writer.finish()
    return "directive step"


def _inspect(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    writer = _writer(connection, COMMAND, moment, day)
    verdict = ("ok", "problem")[act.number % 2]
    form = NewInspection(str(uuid.uuid4()), act.subject, moment, verdict, "沟槽未回填")
    record_inspection(writer, form, Asked.of(None, "inspect"))
    writer.finish()
    return "inspection"


def _mend(connection: Connection, act: Act, moment: datetime, day: date) -> str:
    """Of an inspection, where there is any: upon what stands or, as without signal, upon what was sent first;
    or a decision of what is disputed."""
    known = connection.execute(select(t.inspection.c.id).order_by(t.inspection.c.change_id)).scalars().all()
    if not known:
        return "nothing"
    one = read_checkin(connection, known[act.more % len(known)], AsOf(day))
    writer = _writer(connection, COMMAND, moment, day)
    undecided = [dispute["id"] for dispute in one.disputes if dispute["decision"] is None]
    if undecided and act.number % 3 == 0:
        chosen = ("kept", "other")[act.more % 2]
        decide(writer, undecided[0], chosen, act.words, Asked.of(None, "decide"))
        writer.finish()
        return "decided"
    changes = [{"finding": f"已核实 {act.number}"}, {"verdict": ("stopped", "problem", "ok")[act.more % 3]}]
    version = one.version if act.number % 2 else one.row["change_id"]
    form = Revision(str(uuid.uuid4()), one.row["id"], version, changes[act.more % 2])
    receipt = revise(writer, form, Asked.of(None, "mend"))
    writer.finish()
    return "disputed" if receipt["disputed"] else "mended" if receipt["merged"] else "same"


_DO: dict[str, Callable[[Connection, Act, datetime, date], str]] = {
    "plan": _plan,
    "report": _report,
    "finish": _finish,
    "correct": _correct,
    "verdict": _verdict,
    "redraw": _redraw,
    "block": _block,
    "follow": _follow,
    "direct": _direct,
    "pursue": _pursue,
    "inspect": _inspect,
    "mend": _mend,
}
