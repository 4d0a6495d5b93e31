"""A small OpenID Connect provider on 127.0.0.1, for tests: discovery, keys, and a token endpoint that checks
the code and the PKCE verifier as RFC 7636 says."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "minsheng", "a secret of the client"


class Provider:
    """`claims` and `header` change what the next ID token says; `key` signs it; `fault` makes it fail."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.published = self.key
        self.claims: dict[str, Any] = {}
        self.description: dict[str, Any] = {}
        self.fault: int | None = None
        self.asked: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []

    def authorise(self, address: str) -> str:
        """What a browser would do there: agree. The code that it is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["client_id"] == CLIENT
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return code

    def answer(self, path: str, body: str, authorization: str) -> tuple[int, dict[str, Any]]:
        """The JSON of an endpoint."""
        self.calls.append(path)
        if self.fault:
            return self.fault, {"error": "out of order"}
        if path == "/.well-known/openid-configuration":
            known = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
            ends = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}
            return 200, known | ends | self.description
        if path == "/keys":
            return 200, {"keys": [self.published.as_dict(private=False)]}
        if path == "/token":
            return self._token({name: values[0] for name, values in parse_qs(body).items()}, authorization)
        return 404, {}

    def _token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.asked.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or authorization != f"Basic {basic}" or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if sent["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "7", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "preferred_username": "leader"} | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return 200, {"access_token": "t", "token_type": "Bearer", "id_token": token}


@contextmanager
def running_provider() -> Iterator[Provider]:
    """The provider, answering until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

        def _answer(self, body: str) -> None:
            path = urlsplit(self.path).path
            status, document = provider.answer(path, body, self.headers.get("authorization", ""))
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
