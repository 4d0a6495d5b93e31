"""``import FILE``: surveyed geometry for existing or new sites, judged first, saved whole or not at all."""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, track
from rich.table import Table

from app.cli.database import prepare
from app.domain.roles import Actor, Role
from app.errors import Refused
from app.settings import Settings
from app.store.database import Database
from app.store.importing import POSITIONS, Judged, Judgement, judge, save
from app.store.live import Live
from app.store.redrawing import BUILT_CHOICES, BuiltChoice

VERDICTS = {
    "new": ("新增 new", "green"),
    "changed": ("变更 changed", "yellow"),
    "unchanged": ("不变 unchanged", "dim"),
    "refused": ("拒绝 refused", "red"),
}
MOST_LINES = 200
COMMAND_LINE = Actor(None, "command line", "命令行 · command line", Role.ADMINISTRATOR)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, help="点位类别，如 road · kind of the sites, e.g. road")
@click.option("--crs", help="文件未声明坐标系时使用，如 EPSG:4527 · the CRS where the file states none")
@click.option(
    "--position", type=click.Choice(POSITIONS), default="surveyed", help="位置质量 · position quality"
)
@click.option("--code-field", default="code", help="编号字段名 · the field that holds the site code")
@click.option("--layer", help="GeoPackage 图层名 · layer of a GeoPackage")
@click.option(
    "--built",
    type=click.Choice(BUILT_CHOICES),
    help="已按区段上报的线：keep 保留里程，percent 只留百分比 · what becomes of sections reported as built",
)
@click.option("--dry-run", is_flag=True, help="只检查，不保存 · check only, save nothing")
def import_sites(
    file: Path,
    kind: str,
    crs: str | None,
    position: str,
    code_field: str,
    layer: str | None,
    built: BuiltChoice | None,
    dry_run: bool,
) -> None:
    """导入实测几何 · Import surveyed geometry (GeoJSON, GeoPackage, zipped Shapefile).

    按点位编号匹配；先全部检查，有一行不合格就不保存；旧几何作为版本保留。

    Rows are matched by site code; all are checked first, one bad row means that nothing is saved;
    the old geometry is kept as a version.
    """
    console = Console(stderr=False)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("读取 · reading", total=None)
        from geo.reading import read_rows  # geopandas costs over a second: only when it is needed

        rows = read_rows(file, crs=crs, layer=layer)
        progress.update(task, total=1, completed=1)
    if not rows:
        raise Refused(f"文件“{file.name}”中没有任何一行。", f"There are no rows in the file “{file.name}”.")
    settings = Settings()
    database = Database(settings)
    prepare(database, settings)
    watched = track(rows, description="检查 · checking", console=console, transient=True)
    with database.read() as connection:
        judgement = judge(connection, watched, kind, position, code_field)
    _show(console, judgement)
    if dry_run:
        console.print("试运行，未保存 · dry run, nothing saved")
        sys.exit(1 if judgement.count("refused") else 0)
    source = f"{file.name} sha256:{sha256(file)[:12]}"
    live = Live(database, settings)
    with Progress(console=console, transient=True) as progress, database.write() as connection:
        # judged again inside the transaction: somebody may have changed a site meanwhile
        again = progress.track(rows, description="复核 · checking again")
        judgement = judge(connection, again, kind, position, code_field)
        watch = partial(progress.track, description="保存 · saving")
        writer = live.writer(connection, COMMAND_LINE)
        saved = save(writer, judgement, source, built, watch)
        writer.finish()
    console.print(f"已保存 {saved} 个点位 · {saved} sites saved")


def _show(console: Console, judgement: Judgement) -> None:
    table = Table(title="导入检查 · import check")
    for heading in (
        "行 row",
        "编号 code",
        "名称 title",
        "结果 result",
        "原 before",
        "新 after",
        "说明 reason",
    ):
        table.add_column(heading, overflow="fold")
    ordered = sorted(judgement.rows, key=lambda row: (row.verdict != "refused", row.number))
    for row in ordered[:MOST_LINES]:
        label, style = VERDICTS[row.verdict]
        remarks = "\n".join(map(str, [*row.reasons, *row.notes, *_built(row)]))
        numbers = (_number(row.before), _number(row.after))
        table.add_row(
            str(row.number),
            escape(row.code),
            escape(row.title),
            f"[{style}]{label}[/]",
            *numbers,
            escape(remarks),
        )
    console.print(table)
    if len(ordered) > MOST_LINES:
        console.print(f"只列出前 {MOST_LINES} 行 · only the first {MOST_LINES} rows are listed")
    counts = [
        f"[{style}]{label} {judgement.count(verdict)}[/]" for verdict, (label, style) in VERDICTS.items()
    ]
    console.print("  ".join(counts))


def _built(row: Judged) -> list[str]:
    """What the new geometry would make of the metres reported as built."""
    if row.built is None:
        return []
    before, after = (
        f"{one.metres:,.1f} m ({one.percent:g} %)" for one in (row.built.before, row.built.after)
    )
    return [
        f"已建 {before}，用 --built keep 后为 {after}；用 percent 只留百分比",
        f"built {before}, with --built keep {after}; with percent the percentage only",
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def sha256(file: Path) -> str:
    """The digest of a file's bytes, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
