"""``import-places LAYER FILE``: what is to be served, judged first, saved whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from app.cli.database import prepare, say
from app.cli.imports import COMMAND_LINE, sha256
from app.domain.reached import Layer
from app.errors import Refused
from app.settings import Settings
from app.store.database import Database
from app.store.live import Live
from app.store.served.importing import LEFT_OUT, Gone, Judged, Judgement, judge, save
from app.store.served.rows import POSITIONS, Fields, place_rows

VERDICTS = {
    "new": ("新增 new", "green"),
    "changed": ("变更 changed", "yellow"),
    "unchanged": ("不变 unchanged", "dim"),
    "outside": ("区外略过 outside", "dim"),
    "double": ("重复略过 double", "dim"),
    "refused": ("拒绝 refused", "red"),
}
MOST_LINES = 60
"""Lines of the table; rows that were refused come first, then those with remarks."""


@click.command("import-places")
@click.argument("layer", type=click.Choice([layer.value for layer in Layer]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--crs", help="文件未声明坐标系时使用，如 EPSG:4527 · the CRS where the file states none")
@click.option("--layer", "table", help="GeoPackage 图层名 · layer of a GeoPackage")
@click.option(
    "--position", type=click.Choice(POSITIONS), default="surveyed", help="位置质量 · position quality"
)
@click.option("--code-field", help="代码字段名，默认 code · the field with the code, usually code")
@click.option("--name-field", help="名称字段名，默认 name · the field with the name, usually name")
@click.option(
    "--inhabitants-field",
    help="人口字段名，默认 inhabitants · the field with the inhabitants, usually inhabitants",
)
@click.option("--as-of", help="人口截至何时，如 2020-11-01 · as of when the inhabitants are")
@click.option("--replace", is_flag=True, help="删去不在文件里的 · remove places that are not in the file")
@click.option("--keep", is_flag=True, help="保留不在文件里的 · keep places that are not in the file")
@click.option("--dry-run", is_flag=True, help="只检查，不保存 · check only, save nothing")
def import_places(
    layer: str,
    file: Path,
    crs: str | None,
    table: str | None,
    position: str,
    code_field: str | None,
    name_field: str | None,
    inhabitants_field: str | None,
    as_of: str | None,
    replace: bool,
    keep: bool,
    dry_run: bool,
) -> None:
    """载入村庄、小区、建筑、建成区 · Load villages, communities, buildings or built-up land.

    LAYER 为 village、community、building 或 built_up；一个文件是完整的一层，
    格式为 GeoJSON、GeoPackage 或打包的 Shapefile。
    村庄按 12 位代码对应名录；没有代码的建筑等按图形得到固定的代码。有一行不合格就不保存。

    LAYER is village, community, building or built_up; a file (GeoJSON, GeoPackage, zipped Shapefile) holds
    its whole layer. Villages are matched by their 12-digit codes; of buildings and the like without codes,
    the geometry makes one. One bad row means that nothing is saved.
    """
    if replace and keep:
        raise Refused(
            "--replace 和 --keep 只能用一个。", "Use either --replace or --keep, they exclude each other."
        )
    gone: Gone | None = "replace" if replace else "keep" if keep else None
    kind = Layer(layer)
    console = Console(stderr=False)
    with Progress(console=console, transient=True) as progress:
        progress.add_task("读取 · reading", total=None)
        from geo.reading import read_rows  # geopandas costs over a second: only when it is needed

        read = read_rows(file, crs=crs, layer=table)
        if not read:
            raise Refused(
                f"文件“{file.name}”中没有任何一行。", f"There are no rows in the file “{file.name}”."
            )
        rows = place_rows(read, kind, Fields(code_field, name_field, inhabitants_field, as_of, position))
    settings = Settings()
    database = Database(settings)
    prepare(database, settings)
    with database.read() as connection:
        judgement = judge(connection, rows, kind)
    _show(console, judgement)
    if dry_run:
        console.print("试运行，未保存 · dry run, nothing saved")
        sys.exit(1 if judgement.counts["refused"] else 0)
    source = f"{file.name} sha256:{sha256(file)[:12]}"
    live = Live(database, settings)
    with database.write() as connection:
        # judged again inside the transaction: somebody may have changed the layer meanwhile
        judgement = judge(connection, rows, kind)
        writer = live.writer(connection, COMMAND_LINE)
        saved = save(writer, judgement, source, gone)
        writer.finish()
    database.close()
    say(f"已保存 {saved} 处", f"{saved} places saved")


def _show(console: Console, judgement: Judgement) -> None:
    table = Table(title="导入检查 · import check")
    for heading in ("行 row", "代码 code", "名称 name", "结果 result", "说明 reason"):
        table.add_column(heading, overflow="fold")
    ordered = sorted(judgement.rows, key=_first)
    for one in ordered[:MOST_LINES]:
        label, style = VERDICTS[one.verdict]
        remarks = "\n".join(map(str, [*one.reasons, *one.notes]))
        row = one.row
        table.add_row(
            str(row.number), escape(row.code), escape(row.name), f"[{style}]{label}[/]", escape(remarks)
        )
    console.print(table)
    if len(ordered) > MOST_LINES:
        console.print(f"只列出前 {MOST_LINES} 行 · only the first {MOST_LINES} rows are listed")
    counts = [
        f"[{style}]{label} {judgement.counts[verdict]}[/]" for verdict, (label, style) in VERDICTS.items()
    ]
    console.print("  ".join(counts))
    if judgement.gone:
        listed = ", ".join(map(escape, judgement.gone[:MOST_LINES]))
        more = "…" if len(judgement.gone) > MOST_LINES else ""
        console.print(
            f"[yellow]库中有而文件中没有 {len(judgement.gone)} 处 · places that are not in the file[/]："
            f"{listed}{more}"
        )


def _first(one: Judged) -> tuple[bool, bool, bool, int]:
    return one.verdict != "refused", one.verdict in LEFT_OUT, not one.notes, one.row.number
