"""``check``: whether the database and all photos are there, unharmed."""

from __future__ import annotations

import sys

import click

from app.cli.database import say
from app.errors import Refused
from app.settings import Settings
from app.store.blobs import blobs_of
from app.store.checking import check as find
from app.store.database import Database
from app.store.migrate import is_current, unguarded
from app.store.moments import ZONE_TIME

SHOWN = 20


@click.command()
def check() -> None:
    """核对数据库和照片是否齐全、完好· Check that database and photos are there, unharmed; only reads."""
    settings = Settings()
    database = Database(settings)
    if not is_current(database):
        raise Refused(
            "数据库尚未建表或需要升级，请先运行 python -m app init。",
            "The database has no tables or needs an upgrade: run python -m app init first.",
        )
    if fault := unguarded(database):
        raise fault
    found = find(database, blobs_of(settings))
    newest = f"{found.newest.astimezone(ZONE_TIME):%Y-%m-%d %H:%M}" if found.newest else "—"
    say(
        f"台账 {found.entries} 笔，最近一笔 {newest}（北京时间）",
        f"{found.entries} entries in the ledger, the newest of {newest} (Beijing)",
    )
    if found.is_whole:
        say(f"照片 {found.photos} 张，齐全、完好", f"{found.photos} photos, all there and unharmed")
        return
    for zh, en, names in (
        ("缺少的照片文件", "photo files missing", found.missing),
        ("损坏的照片文件", "photo files damaged", found.damaged),
        ("数据库自检发现", "faults that the database found", found.faults),
    ):
        _list(zh, en, names)
    sys.exit(1)


def _list(zh: str, en: str, names: tuple[str, ...]) -> None:
    if not names:
        return
    click.secho(f"{zh} · {en}: {len(names)}", fg="red", err=True)
    for name in names[:SHOWN]:
        click.echo(f"  {name}", err=True)
    if len(names) > SHOWN:
        click.echo("  …", err=True)
