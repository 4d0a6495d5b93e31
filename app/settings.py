"""Settings from the environment, grouped, checked once at start. ``docs/settings.md`` lists them all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "app" / "static"


class Settings(BaseSettings):
    """One running service. Unset means the embedded database under ``var/zone``."""

    model_config = SettingsConfigDict(
        env_prefix="MINSHENG_", env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    # storage
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    data: Path = ROOT / "var" / "zone"
    schema_name: str = Field(
        default="minsheng", validation_alias="MINSHENG_SCHEMA", pattern=r"^[a-z_][a-z0-9_]{0,62}$"
    )
    app_role: str = Field(default="minsheng_app", pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    # web
    host: str = "127.0.0.1"
    port: int = Field(default=8000, validation_alias="PORT", ge=0, le=65535)
    public_url: str | None = None
    # spatial reads
    spatial: Literal["auto", "memory", "postgis"] = "auto"
    memory_limit: int = Field(default=200_000, ge=0)
    # rules
    tolerance: float = Field(default=5.0, ge=0, le=100)
    today: date | None = None
    # base maps
    tianditu_token: str | None = None
    osm: bool = False
    xyz: str | None = None

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: str | None) -> str | None:
        """Accept the common spellings of a PostgreSQL address; always use psycopg 3."""
        if not url:
            return None
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                url = "postgresql+psycopg://" + url.removeprefix(prefix)
        if not url.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError(
                "DATABASE_URL must start with postgresql:// or sqlite:/// · "
                "DATABASE_URL 须以 postgresql:// 或 sqlite:/// 开头"
            )
        try:
            parts = make_url(url)
        except (ValueError, ArgumentError):
            parts = None
        if parts is None or (url.startswith("sqlite:") and parts.database in (None, "", ":memory:")):
            # its text is not repeated: it may hold a password
            raise ValueError(
                "DATABASE_URL cannot be read: write @ : / in a password as %40 %3A %2F, the port as a "
                "number, and name a file after sqlite:/// · DATABASE_URL 无法解析：密码中的 @ : / "
                "须写作 %40 %3A %2F，端口须为数字，sqlite:/// 之后须有文件名"
            ) from None
        return url

    @property
    def url(self) -> str:
        """The database's SQLAlchemy address."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'minsheng.sqlite'}"
