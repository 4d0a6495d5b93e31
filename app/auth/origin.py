"""Where a request comes from, and where it may be sent on to."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request

HOME = "/"


def is_foreign(request: Request) -> bool:
    """Whether another site made the browser send this. Clients that are no browsers send neither header."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    parts = _split(origin)
    return parts is None or parts.netloc.lower() not in _own_hosts(request)


def _own_hosts(request: Request) -> set[str]:
    hosts = {request.headers.get("host", "").lower()}
    public = request.app.state.settings.public_url
    return hosts | {urlsplit(public).netloc.lower()} if public else hosts


def local_path(text: str | None) -> str:
    """`text` when it is a path on this server, else the front page.

    Browsers take ``//host``, ``/\\host`` and paths with tabs or line ends in them as other hosts.
    """
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or len(text) > 2_000:
        return HOME
    if any(ord(character) <= 32 or ord(character) == 127 for character in text):
        return HOME
    parts = _split(text)
    return HOME if parts is None or parts.scheme or parts.netloc else text


def asked_path(request: Request) -> str:
    """Where to come back to after signing in: what was asked for, or the page whose form was sent."""
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return local_path(request.url.path + query)
    parts = _split(request.headers.get("referer", ""))
    if parts is None or parts.netloc.lower() not in _own_hosts(request):
        return HOME
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def _split(text: str) -> SplitResult | None:
    """The parts of an address; None when it is none, such as ``http://[``."""
    try:
        return urlsplit(text)
    except ValueError:
        return None


def address_of(request: Request) -> str:
    """The client's address. A proxy's word for it counts only where MINSHENG_TRUSTED_PROXIES says so."""
    return request.client.host if request.client else ""
