"""The command group and what its commands share: clear errors, Chinese and English side by side."""

from __future__ import annotations

import sys

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.cli.check import check
from app.cli.database import demo, init, load
from app.cli.imports import import_sites
from app.cli.packs import pack, snapshot
from app.cli.places import import_places
from app.cli.serve import serve
from app.cli.users import user
from app.errors import AppError
from app.store.database import first_line
from app.store.load import BadData
from geo.errors import GeoError, MissingCrs
from maps.basemaps import BadBaseMap


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """民生实事一张图 · Minsheng Map

    数据库由 DATABASE_URL 指定（PostgreSQL/PostGIS）；不设则用 MINSHENG_DATA 文件夹中的内嵌数据库。

    DATABASE_URL names a PostgreSQL/PostGIS database; without it the embedded one in the folder
    MINSHENG_DATA is used.
    """


for command in (init, load, demo, serve, import_sites, import_places, pack, snapshot, check, user):
    cli.add_command(command)


def main() -> None:
    """Run; errors that a person can mend are told in a line or two, with exit code 1."""
    try:
        cli(prog_name="python -m app")
    except MissingCrs as error:
        _stop(f"{error.zh}（--crs EPSG:4527）\n{error.en} (--crs EPSG:4527)")
    except (AppError, GeoError) as error:
        _stop(f"{error.zh}\n{error.en}")
    except BadBaseMap as error:
        _stop(f"底图设置有误 · bad base map setting (MINSHENG_XYZ): {error}")
    except BadData as error:
        _stop(f"data/ 中的数据有误 · the files under data/ are wrong: {error}")
    except ValidationError as error:
        lines = [
            ": ".join(filter(None, (".".join(map(str, fault["loc"])), fault["msg"])))
            for fault in error.errors()
        ]
        _stop("设置有误 · bad settings:\n  " + "\n  ".join(lines))
    except SQLAlchemyError as error:
        _stop(
            f"数据库出错 · database error: {first_line(error)}\n"
            "请检查 DATABASE_URL 和权限 · check DATABASE_URL and privileges"
        )
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _stop(
            f"无法读写文件或文件夹 · cannot read or write{place}: {error.strerror or error}\n"
            "请检查 MINSHENG_DATA 和权限 · check MINSHENG_DATA and privileges"
        )


def _stop(text: str) -> None:
    click.secho(text, fg="red", err=True)
    sys.exit(1)
