"""``pack``: the meeting's pack into a folder."""

from __future__ import annotations

from pathlib import Path

import click
from starlette.datastructures import QueryParams

from app.cli.database import prepare, say
from app.deps import FILTERS, WEEK, read_filters
from app.domain.roles import Actor, Role
from app.i18n import LANGUAGES
from app.params import Query
from app.settings import Settings
from app.store.database import Database


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", help="语言 · language")
@click.option("--week", help="截至某周末，如 2023-W28 · as of the end of a week")
@click.option("--town", multiple=True, help="只含这些镇 · these towns only")
@click.option("--item", multiple=True, help="只含这些项目 · these items only")
@click.option("--unit", multiple=True, help="只含这些牵头单位 · these lead units only")
@click.option("--kind", multiple=True, help="只含这些类别 · these kinds only")
@click.option("--status", multiple=True, help="只含这些状态 · these statuses only")
def pack(folder: Path, lang: str, week: str | None, **filters: tuple[str, ...]) -> None:
    """生成会议材料：PDF、Excel 和幻灯片图片 · Make the meeting's pack: PDF, workbook, pictures for slides."""
    from app.pack.making import Maker
    from app.store.coverage import Coverages
    from app.store.live import Live

    settings = Settings()
    database = Database(settings)
    prepare(database, settings)
    source = Live(database, settings)
    pairs = [(name, value) for name, values in filters.items() for value in values]
    query = Query(QueryParams([*pairs, *([("week", week)] if week else [])]), (*FILTERS, WEEK))
    asked = query.week(source.view.week)
    view = source.view if asked is None else source.as_of_week(asked)
    chosen = read_filters(query, view)
    query.done()
    # whoever may run this may read the database itself
    actor = Actor(None, "pack", "pack", Role.SUPERVISION)
    maker = Maker(source, Coverages(source, settings.service_rules()), view, actor, chosen, lang)
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{maker.name}.pdf": maker.pdf(), f"{maker.name}.xlsx": maker.workbook()}
    files |= {f"{maker.name}-{n:02d}.png": one for n, one in enumerate(maker.slides(), start=1)}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    say(f"会议材料已生成：{folder}（{len(files)} 个文件）", f"the pack is in {folder}: {len(files)} files")
    database.close()
