"""Uploaded templates: kept as a preview until their owner confirms, then filed all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.roles import Actor
from app.domain.weeks import Week
from app.errors import BadParameter, Changed, Fault, NeedsMatch, NotFound, Refused
from app.sheets.filled import CellFault, FilledRow, read_rows, read_week
from app.sheets.opening import PARAMETER, open_workbook
from app.store import tables as t
from app.store.live import Live
from app.store.moments import now
from app.store.uploadcheck import WeekReports, as_json, asked_of, form_of, judge, members_of
from app.store.weekly import read_unit_week
from app.store.writing import Asked, Writer

KEPT = timedelta(days=1)
LONGEST_NAME = 200
READING, CHECKING, READY, CONFIRMED = "reading", "checking", "ready", "confirmed"
COUNTED = ("new", "correction", "same", "broken")


class Moved(Exception):
    """The ledger is no longer what the preview was made from; nothing was saved."""


@dataclass(frozen=True)
class Upload:
    """One upload. `items` are the judged subjects that would change or are broken, `counts` all subjects by
    verdict, `rows` what was filled in (to judge it again)."""

    id: str
    file_name: str
    sha256: str
    week: Week
    state: str
    done: int
    total: int
    items: list[dict[str, Any]]
    counts: dict[str, int]
    rows: list[dict[str, Any]]

    @property
    def confirmable(self) -> bool:
        """Whether it may be confirmed: something changes, and nothing is broken."""
        changed = self.counts.get("new", 0) + self.counts.get("correction", 0)
        return self.state == READY and changed > 0 and not self.counts.get("broken")


def receive(source: Live, actor: Actor, id: str, file_name: str, data: bytes) -> Upload:
    """Read and judge an uploaded file and keep the preview; the same upload sent again changes nothing.

    Errors: BadParameter when the file cannot be read, Refused when the id was used for another file.
    """
    digest = hashlib.sha256(data).hexdigest()
    with source.database.write() as connection:
        _forget_old(connection)
        known = _row(connection, id)
        if known is None:
            connection.execute(
                insert(t.upload).values(
                    id=id,
                    account_id=actor.account_id,
                    created_at=now(),
                    file_name=file_name[:LONGEST_NAME],
                    sha256=digest,
                    week_monday=Week.of(source.view.as_of).monday,
                    state=READING,
                    done=0,
                    total=0,
                )
            )
    if known is not None:
        if known.account_id != actor.account_id or known.sha256 != digest:
            raise Refused(
                "这个上传编号已用于另一个文件。请刷新上传页面后再选择文件。",
                "This upload's id was used for another file. Reload the page and choose the file again.",
            )
        return _upload(known)
    try:
        week, rows = _read(source, actor, data)
        _check_week(week, Week.of(source.view.as_of))
        _note(source, id, state=CHECKING, week_monday=week.monday, total=len(rows))
        _judge(source, actor, id, week, rows)
    except BaseException:
        with source.database.write() as connection:
            connection.execute(delete(t.upload).where(t.upload.c.id == id))
        raise
    return read_upload(source, actor, id)


def read_upload(source: Live, actor: Actor, id: str) -> Upload:
    """An upload of this person. Errors: NotFound for anybody else's, an expired one, and none."""
    with source.database.read() as connection:
        row = _row(connection, id)
    if row is None or row.account_id != actor.account_id or row.created_at < now() - KEPT:
        raise NotFound(
            "没有这次上传，或已超过一天。请重新上传文件。",
            "There is no such upload, or it is over a day old. Upload the file again.",
        )
    return _upload(row)


def confirm(writer: Writer, id: str) -> Upload:
    """File everything that the preview shows, in the writer's transaction. Confirming again changes nothing.

    Errors: Moved when the ledger has changed since, NotFound, Refused when there is nothing to file or a row
    is broken.
    """
    row = _row(writer.connection, id)
    if row is None or row.account_id != writer.actor.account_id or row.created_at < now() - KEPT:
        raise NotFound(
            "没有这次上传，或已超过一天。请重新上传文件。",
            "There is no such upload, or it is over a day old. Upload the file again.",
        )
    upload = _upload(row)
    if upload.state == CONFIRMED:
        return upload
    if not upload.confirmable:
        raise Refused(
            "没有可以保存的内容：还有需要改正的单元格，或与台账没有差异。",
            "There is nothing to save: cells are to be mended first, or nothing differs from the ledger.",
        )
    asked = []
    for item in upload.items:
        members = {name: value for name, value in item["form"].items() if name != "week"}
        asked.append((form_of(members, upload.week), asked_of(id, members, item["version"])))
    try:
        WeekReports.of_all(writer).file_all(asked)
    except (Changed, NeedsMatch, BadParameter, Refused) as error:
        raise Moved from error
    told = {"file": upload.file_name, "sha256": upload.sha256, "week": str(upload.week), **upload.counts}
    writer.record("upload", asked=Asked(id, upload.sha256), after=told)
    writer.connection.execute(update(t.upload).where(t.upload.c.id == id).values(state=CONFIRMED))
    return Upload(**(upload.__dict__ | {"state": CONFIRMED}))


def judge_again(source: Live, actor: Actor, id: str) -> Upload:
    """Make the preview anew from what was filled in, against the ledger as it is now."""
    upload = read_upload(source, actor, id)
    rows = [_filled(row) for row in upload.rows]
    _judge(source, actor, id, upload.week, rows, upload.counts.get("same", 0))
    return read_upload(source, actor, id)


def _read(source: Live, actor: Actor, data: bytes) -> tuple[Week, list[FilledRow]]:
    towns = {
        code: {"zh": town["name"], "en": town["name_en"]} for code, town in source.view.words.towns.items()
    }
    with open_workbook(data) as opened:
        week, unit = read_week(opened)
        if unit != actor.unit:
            names = source.view.words.units
            whose = names.get(unit, {"name": unit, "name_en": unit})
            raise BadParameter(
                Fault(
                    PARAMETER,
                    unit[:32],
                    actor.unit,
                    f"这是{whose['name'][:40]}的模板，不是本单位的。请从本页下载本单位的模板。",
                    f"This is the template of {whose['name_en'][:60]}, not your unit's. Download your own.",
                )
            )
        return week, list(read_rows(opened, towns))


def _check_week(week: Week, latest: Week) -> None:
    if week > latest:
        raise BadParameter(
            Fault(
                PARAMETER,
                str(week),
                {"maximum": str(latest)},
                f"模板是 {week} 的，还没有到；现在可以填报到 {latest}。",
                f"The template is for {week}, which has not come yet; weeks up to {latest} can be filed.",
            )
        )


def _judge(source: Live, actor: Actor, id: str, week: Week, rows: Sequence[FilledRow], same: int = 0) -> None:
    """Judge rows and keep the preview. `same`: subjects already known to be untouched."""

    def watch(done: int, total: int) -> None:
        _note(source, id, state=CHECKING, done=done, total=total)

    with source.database.read() as connection:
        known = read_unit_week(connection, actor, week)
        reports = WeekReports(source.writer(connection, actor), known.subjects.values())
        judged = judge(reports, known, rows, id, watch)
    touched = {one.code for one in judged if one.verdict != "same"}
    counts = {verdict: sum(one.verdict == verdict for one in judged) for verdict in COUNTED}
    counts["same"] += same
    kept = {
        "items": as_json(one for one in judged if one.verdict != "same"),
        "counts": counts,
        "rows": [members_of(row) for row in rows if row.code in touched or not row.code],
    }
    _note(source, id, state=READY, rows=kept)


def _note(source: Live, id: str, **values: Any) -> None:
    with source.database.write() as connection:
        unsaved = (t.upload.c.id == id) & (t.upload.c.state != CONFIRMED)
        connection.execute(update(t.upload).where(unsaved).values(**values))


def _forget_old(connection: Connection) -> None:
    connection.execute(delete(t.upload).where(t.upload.c.created_at < now() - KEPT))


def _row(connection: Connection, id: str) -> Any:
    return connection.execute(select(t.upload).where(t.upload.c.id == id)).first()


def _upload(row: Any) -> Upload:
    kept = row.rows or {"items": [], "counts": {}, "rows": []}
    return Upload(
        id=row.id,
        file_name=row.file_name,
        sha256=row.sha256,
        week=Week.of(row.week_monday),
        state=row.state,
        done=row.done,
        total=row.total,
        items=kept["items"],
        counts=kept["counts"],
        rows=kept["rows"],
    )


def _filled(row: dict[str, Any]) -> FilledRow:
    faults = [CellFault(**fault) for fault in row["faults"]]
    return FilledRow(**(row | {"faults": faults}))
