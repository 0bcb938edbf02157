"""Requests to an MLflow tracking server: bounded in time and size, repeated a few times, with errors for a person.

Plain requests instead of MLflow's client: the client retries for minutes, offers no bulk reading of metric histories,
and takes longer to import than a small refresh takes.
"""

from __future__ import annotations

import configparser
import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
import tenacity
import urllib3

from watchroom.domain.addresses import shown_address
from watchroom.errors import SourceError, SourceUnreachable
from watchroom.sources.tracking.http_exchange import Answer, BoundedSession, LedElsewhere, exchange
from watchroom.sources.tracking.http_shapes import Json, Paging, mappings, next_token, shaped

ANSWER_LIMIT = 512_000_000
"""Bytes of one answer. A page of runs has some megabytes, a page of metric points two."""

_API = "/api/2.0/mlflow/"
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 8.0  # seconds between attempts
_REPEATED = frozenset({429, 500, 502, 503, 504})
_CREDENTIALS = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"


class ApiError(Exception):
    """The server understood the request and refused it; `code` is MLflow's, empty when it is not MLflow's answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def is_missing_endpoint(self) -> bool:
        """Whether this server has no such endpoint, because it is older."""
        return self.status in (404, 405, 501) and self.code in ("", "ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED")


class _TryAgain(Exception):
    """A failure that may pass."""


class MlflowApi:
    """The REST interface of one MLflow server. May be used from several threads."""

    def __init__(self, uri: str, *, timeout_seconds: float, retries: int) -> None:
        self._base, self._login = _split_login(uri)
        self.shown = shown_address(uri).rstrip("/")
        self._timeout = timeout_seconds
        self._retries = retries
        self._local = threading.local()

    def get(self, endpoint: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to a GET; `endpoint` is relative to MLflow's API, or a whole path when it begins with `/`.

        Raises `SourceUnreachable`, `SourceError`, and `ApiError` for what the server refuses.
        """
        return self._json(self._tried("GET", endpoint, {"params": params}))

    def post(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a POST: a search, or a tag that is set. Raises as `get` does."""
        return self._json(self._tried("POST", endpoint, {"json": body}))

    def delete(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a DELETE. Raises as `get` does."""
        return self._json(self._tried("DELETE", endpoint, {"json": body}))

    def download(self, path: str, params: Mapping[str, Any] | None, limit: int) -> bytes:
        """The content of a file of at most `limit` bytes. Raises as `get` does."""
        return self._tried("GET", path, {"params": params}, limit).content

    def pages(self, endpoint: str, body: Mapping[str, Any], items: str, method: str = "POST") -> Iterator[Json]:
        """Every item of a search, over all its pages. Raises as `get` does, and `NotMlflow` for pages without end."""
        token: str | None = None
        paging = Paging()
        while True:
            asked = {**body, **({"page_token": token} if token else {})}
            answer = self.post(endpoint, asked) if method == "POST" else self.get(endpoint, asked)
            with shaped(self.shown, endpoint):
                found, token = mappings(answer, items), next_token(answer)
                if token is not None:
                    paging.follow(token, found)
            yield from found
            if token is None:
                return

    def _tried(self, method: str, endpoint: str, sent: Mapping[str, Any], limit: int = ANSWER_LIMIT) -> Answer:
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._retries + 1),
            wait=tenacity.wait_exponential(_FIRST_WAIT, _LONGEST_WAIT) + tenacity.wait_random(0, _FIRST_WAIT),
            retry=tenacity.retry_if_exception_type(_TryAgain),
            reraise=True,
        )
        path = endpoint if endpoint.startswith("/") else _API + endpoint
        try:
            return attempts(self._once, method, path, sent, limit)
        except _TryAgain as error:
            raise SourceUnreachable(
                f"The MLflow server at {self.shown} does not answer.",
                why=f"{error} Tried {self._retries + 1} times.",
                next_step="Check that the server is running and that `mlflow.tracking_uri` in watchroom.yaml is right.",
            ) from error

    def _once(self, method: str, path: str, sent: Mapping[str, Any], limit: int) -> Answer:
        url = self._base + path
        try:
            answer = exchange(self._session, method, url, sent, limit=limit, seconds=self._timeout)
        except LedElsewhere as error:
            raise SourceError(
                f"The MLflow server at {self.shown} sends us to another address.",
                why=f"It redirects to {error}; our user and password are not sent there.",
                next_step="If the server itself is there, give that address as `mlflow.tracking_uri`.",
            ) from error
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise _TryAgain(f"There was no answer within {self._timeout:g} seconds.") from error
        except requests.exceptions.SSLError as error:
            raise self._refused(f"Its certificate was not accepted: {_reason(error)}.") from error
        except (requests.ConnectionError, urllib3.exceptions.HTTPError) as error:
            raise _TryAgain(f"{_reason(error)}.") from error
        except (requests.RequestException, ValueError, UnicodeError) as error:  # an address that is none
            raise self._refused(f"{type(error).__name__}: {error}".replace(self._base, self.shown)) from error
        return self._judged(answer)

    def _judged(self, answer: Answer) -> Answer:
        if answer.status in (401, 403):
            raise SourceError(
                f"The MLflow server at {self.shown} does not let us in (HTTP {answer.status}).",
                why=_error_of(answer)[1],
                next_step=f"Set {_CREDENTIALS} in the environment of the refresh.",
            )
        if answer.status in _REPEATED:
            message = _error_of(answer)[1]
            raise _TryAgain(f"It answered with HTTP {answer.status}{f': {message}' if message else ''}.")
        if answer.status >= 400:
            raise ApiError(answer.status, *_error_of(answer))
        return answer

    def _json(self, answer: Answer) -> dict[str, Any]:
        try:
            content = json.loads(answer.content)
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict):
            return content
        raise SourceError(
            f"What answers at {self.shown} is not an MLflow server.",
            why="It sent a page where MLflow sends JSON; a login page or a proxy may stand before the server.",
            next_step=f"Check `mlflow.tracking_uri` in watchroom.yaml; for a login set {_CREDENTIALS}.",
        )

    def _refused(self, why: str) -> SourceError:
        return SourceError(
            f"The MLflow server at {self.shown} cannot be asked.",
            why=why,
            next_step="Check `mlflow.tracking_uri` in watchroom.yaml.",
        )

    @property
    def _session(self) -> requests.Session:
        # requests does not promise that one session serves several threads.
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = new_session(self._login)
        return session


def new_session(login: tuple[str, str] | None) -> requests.Session:
    """A session with the credentials and certificates of MLflow's own environment variables.

    `login` is the name and password from the address, which count first.
    """
    session = BoundedSession()
    login = login or _stored_login()
    if login is not None:
        session.auth = login
    elif token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        session.auth = _Bearer(token)
    if os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in ("true", "1"):
        session.verify = False
    elif bundle := os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH"):
        session.verify = bundle
    session.cert = os.environ.get("MLFLOW_TRACKING_CLIENT_CERT_PATH")
    if workspace := os.environ.get("MLFLOW_WORKSPACE"):
        session.headers["X-MLFLOW-WORKSPACE"] = workspace
    return session


class _Bearer(requests.auth.AuthBase):
    """A token in the header, which no `.netrc` replaces."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _stored_login() -> tuple[str, str] | None:
    """The name and password that `mlflow` itself would use: from the environment, else from its credentials file."""
    stored = configparser.ConfigParser(interpolation=None)
    try:
        stored.read(Path.home() / ".mlflow" / "credentials", encoding="utf-8")
    except (configparser.Error, OSError, RuntimeError, UnicodeDecodeError):  # as good as absent
        stored.clear()
    values = [
        str(os.environ.get(key) or stored.get("mlflow", key.lower(), fallback=""))
        for key in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")
    ]
    return (values[0], values[1]) if all(values) else None


def _split_login(uri: str) -> tuple[str, tuple[str, str] | None]:
    """The address without the name and password in it, which must not appear in a message."""
    try:
        parts = urlsplit(uri)
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        _ = parts.port
    except ValueError as error:  # its own text quotes the address
        raise SourceError(
            "The address of the MLflow server is not an address.",
            why=f"Nothing can be reached at {shown_address(uri)}.",
            next_step="Check `mlflow.tracking_uri`; in a password write `/` as %2F, `@` as %40 and `#` as %23.",
        ) from error
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/"), login


def _error_of(answer: Answer) -> tuple[str, str]:
    """MLflow's code and message in an error's answer; both empty when there are none."""
    try:
        content = json.loads(answer.content)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(content, dict):
        return "", ""
    return str(content.get("error_code", "")), str(content.get("message", ""))[:500]


def _reason(error: BaseException) -> str:
    """The innermost reason, such as "Connection refused", without the layers of the libraries around it."""
    reason: BaseException = error
    seen: set[int] = set()
    while id(reason) not in seen:
        seen.add(id(reason))
        inner = getattr(reason, "reason", None)
        following = reason.__cause__ or reason.__context__ or (inner if isinstance(inner, BaseException) else None)
        reason = following or reason
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
