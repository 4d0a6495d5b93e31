"""``pack`` and ``snapshot``: the meeting's pack into a folder, the map into one file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from starlette.datastructures import QueryParams

from app.cli.database import prepare, say
from app.deps import FILTERS, WEEK, read_filters
from app.domain.roles import Actor, Role
from app.i18n import LANGUAGES
from app.params import Query
from app.settings import Settings
from app.store.coverage import Coverages
from app.store.database import Database
from app.store.live import Live, View
from app.store.spatial.protocol import Filters

Command = TypeVar("Command", bound=Callable[..., Any])


def filtered(command: Command) -> Command:
    """The options that say what is shown: the filters of the pages, the week and the language."""
    options = (
        ("status", "只含这些状态 · these statuses only"),
        ("kind", "只含这些类别 · these kinds only"),
        ("unit", "只含这些牵头单位 · these lead units only"),
        ("item", "只含这些项目 · these items only"),
        ("town", "只含这些镇 · these towns only"),
    )
    for name, text in options:
        command = click.option(f"--{name}", multiple=True, help=text)(command)
    command = click.option("--week", help="截至某周末，如 2023-W28 · as of the end of a week")(command)
    languages = click.Choice(LANGUAGES)
    return click.option("--lang", type=languages, default="zh", help="语言 · language")(command)


@contextlib.contextmanager
def opened(
    week: str | None, filters: dict[str, tuple[str, ...]]
) -> Iterator[tuple[Live, Coverages, View, Filters]]:
    """The database as a running service reads it, and the view and filter asked for."""
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
    try:
        yield source, Coverages(source, settings.service_rules()), view, chosen
    finally:
        database.close()


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@filtered
def pack(folder: Path, lang: str, week: str | None, **filters: tuple[str, ...]) -> None:
    """生成会议材料：PDF、Excel 和幻灯片图片 · Make the meeting's pack: PDF, workbook, pictures for slides."""
    from app.pack.making import Maker

    with opened(week, filters) as (source, counted, view, chosen):
        # whoever may run this may read the database itself
        actor = Actor(None, "pack", "pack", Role.SUPERVISION)
        maker = Maker(source, counted, view, actor, chosen, lang)
        files = {f"{maker.name}.pdf": maker.pdf(), f"{maker.name}.xlsx": maker.workbook()}
        files |= {f"{maker.name}-{n:02d}.png": one for n, one in enumerate(maker.slides(), start=1)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    say(f"会议材料已生成：{folder}（{len(files)} 个文件）", f"the pack is in {folder}: {len(files)} files")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@filtered
def snapshot(file: Path, lang: str, week: str | None, **filters: tuple[str, ...]) -> None:
    """生成离线快照：一个 HTML 文件，双击即可打开 · Make a snapshot: one HTML file that needs no network."""
    from app.pack.contents import filter_words
    from app.pack.snapshot import Snapshot

    with opened(week, filters) as (source, counted, view, chosen):
        made = Snapshot(source, counted, view, chosen, lang, filter_words(chosen, view, lang)).html()
    file.write_text(made, "utf-8")
    size = f"{len(made.encode()) / 1e6:.1f} MB"
    say(f"快照已生成：{file}（{size}）", f"the snapshot is in {file}: {size}")
