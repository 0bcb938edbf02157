"""A small real OpenID Connect provider on the loopback interface, for as long as a test needs it.

It speaks the authorization code flow with PKCE and RS256-signed id tokens; people sign in by choosing their name. A
test may change it while it runs: who there is, how long tokens last, and what is wrong with them.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "watchroom-tests"
CLIENT_SECRET = "the-client-secret-that-nobody-may-see"

Person = dict[str, Any]


@dataclass
class Provider:
    """The provider and its knobs; `people` are claims by the name on the button."""

    port: int
    people: dict[str, Person]
    seconds: float = 3600.0
    """How long an id token lasts."""
    wrong: dict[str, Any] = field(default_factory=dict)
    """Claims to put into the token whatever is right; None leaves a claim out."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing_key: RSAKey | None = None
    """Another key than the published one, when set."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    signed_out: int = 0

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def metadata_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    def metadata(self) -> dict[str, Any]:
        """What discovery answers."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def chooser(self, asked: dict[str, str]) -> str:
        """The page on which people say who they are."""
        names = "".join(
            f'<p><a href="/authorize?{html.escape(urlencode({**asked, "as": name}))}">{html.escape(name)}</a></p>'
            for name in self.people
        )
        return f"<!doctype html><title>Provider</title><h1>Who are you?</h1>{names}"

    def grant(self, asked: dict[str, str]) -> str:
        """Where to send somebody who has said who they are: back, with a code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once; None when anything does not fit."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {expected}" or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        """The signed statement of who somebody is."""
        now = time.time()
        claims = {
            **{"iss": self.issuer, "aud": CLIENT_ID, "iat": int(now), "exp": int(now + self.seconds)},
            **{"nonce": asked.get("nonce"), "sub": asked["as"]},
            **self.people[asked["as"]],
            **self.wrong,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "one"}, kept, self.signing_key or self.key)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._json(self.provider.metadata())
        elif parts.path == "/jwks":
            self._json({"keys": [self.provider.key.as_dict(private=False)]})
        elif parts.path == "/authorize" and asked.get("as") in self.provider.people:
            self._redirect(self.provider.grant(asked))
        elif parts.path == "/authorize":
            self._answer(200, self.provider.chooser(asked).encode(), "text/html; charset=utf-8")
        elif parts.path == "/end":
            self.provider.signed_out += 1
            self._redirect(asked["post_logout_redirect_uri"])
        else:
            self._answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        found = self.provider.token(form, self.headers.get("authorization", ""))
        self._json(found or {"error": "invalid_grant"}, 200 if found else 400)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _json(self, value: object, status: int = 200) -> None:
        self._answer(status, json.dumps(value).encode(), "application/json")

    def _redirect(self, address: str) -> None:
        self._answer(302, b"", "text/plain", location=address)

    def _answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-type": kind, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def providing(people: dict[str, Person]) -> Iterator[Provider]:
    """A provider that answers; it ends with the block."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider = handler.provider = Provider(server.server_address[1], people)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(5)
