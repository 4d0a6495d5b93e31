"""Settings from the environment, grouped, checked once at start. ``docs/settings.md`` lists them all."""

from __future__ import annotations

import ipaddress
import tomllib
from datetime import date
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.domain.services import Rules, read_rules

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
    trusted_proxies: str = ""
    # who may
    public: bool = True
    secure_cookies: bool = False
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_claim: str = "preferred_username"
    # spatial reads
    spatial: Literal["auto", "memory", "postgis"] = "auto"
    memory_limit: int = Field(default=200_000, ge=0)
    # rules
    tolerance: float = Field(default=5.0, ge=0, le=100)
    services: Path = ROOT / "data" / "sites" / "services.toml"
    today: date | None = None
    # photos
    photo_longest: int = Field(default=2048, ge=640, le=8192)
    photo_store: Literal["disk", "s3"] = "disk"
    s3_endpoint: str | None = None
    s3_bucket: str | None = None
    s3_region: str = "us-east-1"
    s3_key: SecretStr | None = None
    s3_secret: SecretStr | None = None
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

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        """Addresses or networks, comma-separated; a name or a typing error would open the door quietly."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        for part in parts:
            try:
                ipaddress.ip_network(part)
            except ValueError:
                raise ValueError(
                    f"{part[:50]} is no address or network such as 127.0.0.1 or 10.0.0.0/8 · "
                    "应为地址或网段，如 127.0.0.1 或 10.0.0.0/8，逗号分隔"
                ) from None
        return ",".join(parts)

    @model_validator(mode="after")
    def _whole_oidc(self) -> Self:
        """Single sign-on needs an issuer and a client, and https unless the issuer is this machine."""
        if self.oidc_issuer is None:
            return self
        if self.oidc_client_id is None or self.oidc_client_secret is None:
            raise ValueError(
                "MINSHENG_OIDC_ISSUER also needs MINSHENG_OIDC_CLIENT_ID and MINSHENG_OIDC_CLIENT_SECRET · "
                "设置了单点登录地址，还须设置客户端编号和密钥"
            )
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("MINSHENG_OIDC_ISSUER must start with https:// · 单点登录地址须以 https:// 开头")
        return self

    @field_validator("services")
    @classmethod
    def _served(cls, path: Path) -> Path:
        """Radii and walking times are read once to see that they can be."""
        try:
            read_rules(tomllib.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from None
        return path

    def service_rules(self) -> Rules:
        """How far the sites of each kind serve."""
        return read_rules(tomllib.loads(self.services.read_text("utf-8")))

    @model_validator(mode="after")
    def _whole_s3(self) -> Self:
        """Object storage needs an address, a bucket and both halves of the key."""
        if self.photo_store != "s3":
            return self
        needed = {name: getattr(self, f"s3_{name}") for name in ("endpoint", "bucket", "key", "secret")}
        missing = ", ".join(f"MINSHENG_S3_{name.upper()}" for name, value in needed.items() if value is None)
        if missing:
            raise ValueError(
                f"MINSHENG_PHOTO_STORE=s3 also needs {missing} · 照片存入对象存储时，还须设置 {missing}"
            )
        parts = urlsplit(self.s3_endpoint or "")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError(
                "MINSHENG_S3_ENDPOINT must be an address such as https://example.org · "
                "对象存储地址应形如 https://example.org"
            )
        return self

    @property
    def url(self) -> str:
        """The database's SQLAlchemy address."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'minsheng.sqlite'}"
