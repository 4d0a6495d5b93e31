"""``pack`` and ``snapshot``: the meeting's pack into a folder, the map into one file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
from starlette.datastructures import QueryParams

from app.cli.database import prepare, say
from app.deps import FILTERS, WEEK, read_filters
from app.domain.roles import Actor, Role
from app.domain.weeks import Week
from app.i18n import LANGUAGES
from app.pack.against import AGAINST, read_against
from app.params import Query
from app.settings import Settings
from app.store.coverage.coverages import Coverages
from app.store.coverage.times import CoverTimes
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


class Opened(NamedTuple):
    """The database as a running service reads it, and what is asked for."""

    source: Live
    counted: Coverages
    view: View
    filters: Filters
    against: Week | None


@contextlib.contextmanager
def opened(
    week: str | None, filters: dict[str, tuple[str, ...]], against: str | None = None
) -> Iterator[Opened]:
    """Open the database, check what is asked for, and close it in the end. Errors: BadParameter."""
    settings = Settings()
    database = Database(settings)
    prepare(database, settings)
    source = Live(database, settings)
    pairs = [(name, value) for name, values in filters.items() for value in values]
    pairs += [(name, value) for name, value in (("week", week), ("against", against)) if value]
    query = Query(QueryParams(pairs), (*FILTERS, WEEK, AGAINST))
    asked = query.week(source.view.week)
    view = source.view if asked is None else source.as_of_week(asked)
    chosen = read_filters(query, view)
    compared = read_against(query, source, view)
    query.done()
    try:
        yield Opened(source, Coverages(source, settings.service_rules()), view, chosen, compared)
    finally:
        database.close()


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@filtered
@click.option("--against", help="与某周末相比，如 2023-W10 · also the change since that week")
def pack(folder: Path, lang: str, week: str | None, against: str | None, **filters: tuple[str, ...]) -> None:
    """生成会议材料：PDF、Excel 和幻灯片图片 · Make the meeting's pack: PDF, workbook, pictures for slides."""
    from app.pack.making import Maker

    with opened(week, filters, against) as asked:
        # whoever may run this may read the database itself
        actor = Actor(None, "pack", "pack", Role.SUPERVISION)
        times = CoverTimes(asked.counted)
        maker = Maker(asked.source, times, asked.view, actor, asked.filters, lang, asked.against)
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
    from app.pack.filtering import filter_words
    from app.pack.snapshot import Snapshot

    with opened(week, filters) as asked:
        said = filter_words(asked.filters, asked.view, lang)
        made = Snapshot(asked.source, asked.counted, asked.view, asked.filters, lang, said).html()
    file.write_text(made, "utf-8")
    size = f"{len(made.encode()) / 1e6:.1f} MB"
    say(f"快照已生成：{file}（{size}）", f"the snapshot is in {file}: {size}")
