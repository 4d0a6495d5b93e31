"""``init``, ``load``, ``demo``: make a database ready."""

from __future__ import annotations

import os

import click

from app.settings import ROOT, Settings
from app.store import demo as demo_data
from app.store import load as load_data
from app.store.accounts import demo_accounts
from app.store.database import Database
from app.store.migrate import is_current, unguarded, upgrade


def say(zh: str, en: str) -> None:
    """A line of progress in both languages."""
    click.echo(f"  {zh} · {en}")


def tell_password(name: str, password: str) -> None:
    """The one time that a random password is told."""
    say(
        f"账号 {name}  密码 {password}（只显示这一次）",
        f"account {name}, password {password} (shown this once)",
    )


def prepare(database: Database, settings: Settings) -> None:
    """Bring tables and shipped data up to date; quick when they are."""
    if not is_current(database) or unguarded(database):
        say("建立或升级数据表", "creating or upgrading the tables")
        upgrade(database)
    with database.read() as connection:
        loaded = load_data.is_loaded(connection)
    if not loaded:
        load_shipped(database, settings)


def load_shipped(database: Database, settings: Settings) -> None:
    """Load data/; statuses are published by whoever reads first."""
    with database.write() as connection:
        load_data.load(
            connection, None, settings.tolerance, step=lambda text: click.echo(f"  载入 · loading: {text}")
        )


def demo_settings() -> Settings:
    """Settings of the demonstration: its own folder unless one is named."""
    if "MINSHENG_DATA" not in os.environ and "DATABASE_URL" not in os.environ:
        os.environ["MINSHENG_DATA"] = str(ROOT / "var" / "demo")
    return Settings()


@click.command()
def init() -> None:
    """建立或升级数据表 · Create or upgrade the tables (and, on PostgreSQL, the schema and PostGIS)."""
    settings = Settings()
    database = Database(settings)
    upgrade(database)
    say(f"数据库已就绪：{database.url.render_as_string()}", "the database is ready")


@click.command()
def load() -> None:
    """载入台账、区划和点位 · Load the ledger, boundaries and sites of data/. Safe to repeat."""
    settings = Settings()
    database = Database(settings)
    upgrade(database)
    load_shipped(database, settings)
    say("载入完成", "loaded")


@click.command()
@click.option("--serve", "then_serve", is_flag=True, help="随后启动服务 · then serve")
def demo(then_serve: bool) -> None:
    """放入演示数据（虚构进度，处处标明）· Put in made-up sample progress, marked wherever it shows."""
    settings = demo_settings()
    database = Database(settings)
    prepare(database, settings)
    with database.write() as connection:
        today = demo_data.put_demo(connection)
        made = demo_accounts(connection)
    say(f"演示数据已就绪，演示日期 {today}", f"demonstration data are in; its day is {today}")
    for name, password in made:
        tell_password(name, password)
    database.close()
    if then_serve:
        from app.cli.serve import run

        run(settings)
