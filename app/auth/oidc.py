"""Single sign-on by OpenID Connect (optional): authorization code with PKCE, state and nonce.

The provider says a name; it opens the enabled account of that name. No account is ever made here.
Specification: OpenID Connect Core 1.0, 3.1 (code flow) and 3.1.3.7 (what to check of an ID token).
"""

from __future__ import annotations

import base64
import logging
import secrets
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
import orjson
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.responses import RedirectResponse, Response

from app.auth import tokens
from app.auth.identify import clock
from app.auth.origin import local_path
from app.deps import live
from app.errors import Forbidden, NotFound, NotSignedIn, Unavailable
from app.settings import Settings
from app.store import accounts

log = logging.getLogger("minsheng")

SCOPE = "openid profile"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Signatures with the provider's own key; none and shared secrets are refused."""
REQUEST_SECONDS = 10
FLOW_SECONDS = 600
LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""


@dataclass(frozen=True)
class Flow:
    """What a browser keeps in a cookie between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str
    onward: str

    @classmethod
    def begin(cls, onward: str) -> Flow:
        """With fresh secrets."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)), onward)

    def packed(self) -> str:
        """As a cookie's value."""
        return base64.urlsafe_b64encode(orjson.dumps(self.__dict__)).decode()

    @classmethod
    def unpacked(cls, text: str | None) -> Flow | None:
        """From a cookie's value; None when it is none of ours."""
        try:
            flow = cls(**orjson.loads(base64.urlsafe_b64decode(text or "")))
        except (ValueError, TypeError):
            return None
        return flow if all(isinstance(value, str) and value for value in flow.__dict__.values()) else None


async def start(request: Request, onward: str) -> Response:
    """A redirect to the provider. Errors: NotFound when none is set, Unavailable."""
    settings = _settings(request)
    flow = Flow.begin(onward)

    def address() -> str:
        try:
            provider = _discover(settings)
            with _client(request, settings) as client:
                url, _ = client.create_authorization_url(
                    provider["authorization_endpoint"],
                    state=flow.state,
                    nonce=flow.nonce,
                    code_verifier=flow.verifier,
                )
        except (requests.RequestException, ValueError, KeyError) as error:
            raise _away(error) from None
        return url

    url = await anyio.to_thread.run_sync(address)
    response = RedirectResponse(url, status_code=303, headers={"cache-control": "no-store"})
    tokens.give_cookie(request, response, tokens.OIDC, flow.packed(), FLOW_SECONDS)
    return response


async def finish(request: Request) -> tuple[int, str]:
    """The account's id and where to go on to. Errors: NotSignedIn, Forbidden, NotFound, Unavailable."""
    settings = _settings(request)
    flow = Flow.unpacked(tokens.read_cookie(request, tokens.OIDC))
    asked = request.query_params
    if flow is None or not tokens.same(asked.get("state", ""), flow.state):
        raise _refused("the state is not this browser's")
    if asked.get("iss", settings.oidc_issuer) != settings.oidc_issuer:  # RFC 9207
        raise _refused(f"answered by {asked['iss'][:100]!r}")
    if "code" not in asked:
        raise _refused(f"the provider says {asked.get('error', 'nothing')[:100]!r}")
    now = clock(request).timestamp()

    def account() -> tuple[str, Any]:
        try:
            provider = _discover(settings)
            with _client(request, settings) as client:
                answer = client.fetch_token(
                    provider["token_endpoint"],
                    code=asked["code"],
                    code_verifier=flow.verifier,
                    timeout=REQUEST_SECONDS,
                )
            keys = _fetched(provider["jwks_uri"])
        except OAuthError as error:
            raise _refused(f"the token endpoint says {error.error!r}") from None
        except (requests.RequestException, ValueError, KeyError) as error:
            raise _away(error) from None
        name = _name(_claims(answer, keys, settings, flow.nonce, now), settings.oidc_claim)
        with live(request).database.read() as connection:
            return name, accounts.by_name(connection, name)

    name, row = await anyio.to_thread.run_sync(account)
    if row is None or row.disabled_at is not None:
        raise Forbidden(
            f"统一登录成功，但本系统没有名为“{name[:64]}”的可用账号；请联系管理员。",
            f"Single sign-on worked, but there is no enabled account “{name[:64]}” here; "
            "ask the administrator.",
        )
    return row.id, local_path(flow.onward)


def _claims(answer: dict[str, Any], keys: Any, settings: Settings, nonce: str, now: float) -> CodeIDToken:
    """The ID token's claims, checked: signature, issuer, audience, expiry, nonce. Errors: NotSignedIn."""
    must = {"iss": settings.oidc_issuer, "aud": settings.oidc_client_id}
    options = {name: {"essential": True, "value": value} for name, value in must.items()}
    params = {
        "nonce": nonce,
        "client_id": settings.oidc_client_id,
        "access_token": answer.get("access_token"),
    }
    try:
        token = jwt.decode(answer["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(now=int(now), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _refused(f"ID token: {error or type(error).__name__}") from None
    return claims


def _name(claims: dict[str, Any], claim: str) -> str:
    value = claims.get(claim)
    if not isinstance(value, str) or not value.strip():
        raise _refused(f"the ID token has no {claim!r} (MINSHENG_OIDC_CLAIM)")
    return value


def _discover(settings: Settings) -> dict[str, Any]:
    """The provider's own description; its issuer must be the one asked (Discovery 1.0, 4.3)."""
    found = _fetched(f"{(settings.oidc_issuer or '').rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != settings.oidc_issuer:
        raise ValueError(f"it calls itself {str(found.get('issuer'))[:100]!r}")
    return found


def _fetched(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=REQUEST_SECONDS)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _client(request: Request, settings: Settings) -> OAuth2Session:
    base = settings.public_url or str(request.base_url)
    secret = settings.oidc_client_secret
    return OAuth2Session(
        settings.oidc_client_id,
        secret.get_secret_value() if secret else None,
        scope=SCOPE,
        redirect_uri=f"{base.rstrip('/')}/sign-in/oidc/callback",
        code_challenge_method="S256",
    )


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    if settings.oidc_issuer is None:
        raise NotFound("没有设置统一登录。", "Single sign-on is not set up.")
    return settings


def _refused(why: str) -> NotSignedIn:
    """What exactly was wrong is the administrator's to read, not the browser's."""
    log.warning("single sign-on refused: %s", why)
    return NotSignedIn(
        "统一登录没有成功，请重试；仍不行请联系管理员。",
        "Single sign-on did not succeed; try again, or ask the administrator.",
    )


def _away(error: Exception) -> Unavailable:
    log.error("single sign-on cannot be reached: %s", str(error)[:300])
    return Unavailable(
        "统一登录服务暂时无法访问，请稍后再试，或用账号和密码登录。",
        "The single sign-on service cannot be reached; try later, or use your password.",
    )
