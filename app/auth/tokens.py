"""Session tokens, what is kept of them, the CSRF tokens bound to them, and the cookies they travel in."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

SESSION = "minsheng_session"
BEFORE = "minsheng_before"
"""Binds the sign-in form to a browser that has no session yet."""
OIDC = "minsheng_oidc"
HOST_PREFIX = "__Host-"
"""Browsers take such a cookie only when Secure, for this host alone and for all paths."""


def new_token() -> str:
    """32 random bytes as text."""
    return secrets.token_urlsafe(32)


def kept(token: str) -> str:
    """What the database keeps of a token: its SHA-256, of no use to a thief of backups."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The CSRF token of a session: only who knows the session's token can make it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def is_secure(request: HTTPConnection) -> bool:
    """Whether cookies are Secure: the request came by https, or the setting says that all do."""
    return request.app.state.settings.secure_cookies or request.url.scheme == "https"


def read_cookie(request: HTTPConnection, name: str) -> str | None:
    """One of our cookies. By https only the one with the prefix counts, which no neighbour host can set."""
    return request.cookies.get(_full(request, name)) or None


def give_cookie(request: HTTPConnection, response: Response, name: str, value: str, seconds: int) -> None:
    """Set one of our cookies: unreadable for scripts, not sent along by other sites' forms."""
    response.set_cookie(
        _full(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def take_cookie(request: HTTPConnection, response: Response, name: str) -> None:
    """Delete one of our cookies."""
    response.delete_cookie(
        _full(request, name), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )


def _full(request: HTTPConnection, name: str) -> str:
    return HOST_PREFIX + name if is_secure(request) else name
