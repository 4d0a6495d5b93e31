"""``serve``: the web service."""

from __future__ import annotations

import click

from app.cli.database import prepare, say, tell_password
from app.errors import Refused
from app.settings import STATIC, Settings
from app.store.accounts import COMMAND_LINE, any_account, first_administrator
from app.store.blobs import blobs_of
from app.store.database import Database
from app.store.live import Live
from app.store.load import has_zone
from app.store.migrate import is_current, unguarded


@click.command()
@click.option("--prepare", "first", is_flag=True, help="先建表并载入数据 · create tables and load data first")
@click.option("--host", help="监听地址 · address to listen on (MINSHENG_HOST)")
@click.option("--port", type=int, help="端口 · port (PORT)")
def serve(first: bool, host: str | None, port: int | None) -> None:
    """启动服务 · Serve the map."""
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings(**chosen)
    if first:
        database = Database(settings)
        prepare(database, settings)
        first_account(database, settings)
        database.close()
    run(settings)


def first_account(database: Database, settings: Settings) -> None:
    """An administrator where nobody could sign in at all; the random password is printed this once."""
    with database.read() as connection:
        if any_account(connection):
            return
    source = Live(database, settings)
    with database.write() as connection:
        made = first_administrator(source.writer(connection, COMMAND_LINE))
    if made:
        tell_password(*made)


def run(settings: Settings) -> None:
    """Serve until stopped."""
    import uvicorn

    from app.main import create_app

    if not (STATIC / "vendor" / "leaflet").is_dir():
        raise Refused(
            "缺少浏览器库，请先运行 scripts/vendor（需要能访问软件包仓库）。",
            "The browser libraries are missing: run scripts/vendor first (it needs a package registry).",
        )
    database = Database(settings)
    if not is_current(database):
        raise Refused(
            "数据库尚未建表，请先运行 python -m app init 和 load，或用 serve --prepare。",
            "The database has no tables yet: run python -m app init and load first, or serve --prepare.",
        )
    if fault := unguarded(database):
        raise fault
    with database.read() as connection:
        filled = has_zone(connection)
    database.close()
    blobs_of(settings).check()
    if not filled:
        raise Refused(
            "数据库中还没有数据，请先运行 python -m app load，或用 serve --prepare。",
            "The database holds no data yet: run python -m app load first, or serve --prepare.",
        )

    say(f"地址 http://{settings.host}:{settings.port}（Ctrl+C 停止）", "press Ctrl+C to stop")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # whom to believe is MINSHENG_TRUSTED_PROXIES, see create_app
    )
