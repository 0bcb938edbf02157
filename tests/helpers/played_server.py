"""A small HTTP server that plays an MLflow server, an old one, or what is none."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BEGIN = 1_700_000_000_000
"""When the played runs started, in milliseconds."""


@dataclass
class Played:
    """What a played server answers, and what it was asked."""

    answer: Callable[[Played, str], tuple[int, str, str]]
    uri: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)


@contextmanager
def playing(answer: Callable[[Played, str], tuple[int, str, str]]) -> Iterator[Played]:
    """A server at a free port that gives these answers (status, content type, text) to each path."""
    played = Played(answer)

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            path = self.path.partition("?")[0]
            played.asked.append(path)
            played.bodies.append(body)
            played.headers.append(dict(self.headers))
            status, kind, answer = played.answer(played, path)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(answer.encode())))
            self.end_headers()
            self.wfile.write(answer.encode())

        do_GET = do_POST = do_DELETE = _reply  # noqa: N815  (the names are the library's)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        played.uri = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield played
        finally:
            server.shutdown()
            thread.join()


def json_answer(content: object, status: int = 200) -> tuple[int, str, str]:
    """A value as an answer."""
    return status, "application/json", json.dumps(content)


EXPERIMENT: dict[str, Any] = {"experiment_id": "1", "name": "x", "lifecycle_stage": "active"}
RUN: dict[str, Any] = {
    "info": {
        "run_uuid": "r1",
        "experiment_id": "1",
        "status": "FINISHED",
        "start_time": BEGIN,
        "lifecycle_stage": "active",
    },
    "data": {"metrics": [{"key": "loss", "value": 0.5, "timestamp": BEGIN, "step": 1}]},
}
OTHER_RUN = {**RUN, "info": {**RUN["info"], "run_uuid": "r2", "run_name": "bad \ud800 name"}}
POINTS = [{"key": "loss", "value": "NaN", "timestamp": BEGIN, "step": 0}, RUN["data"]["metrics"][0]]


def old_mlflow(played: Played, path: str) -> tuple[int, str, str]:
    """A server of MLflow 2: no logged models, no histories of many runs at once."""
    answers = {
        "experiments/search": {"experiments": [EXPERIMENT]} if "DELETED_ONLY" not in played.bodies[-1] else {},
        "registered-models/search": {},
        "model-versions/search": {},
        "runs/search": {"runs": [RUN, OTHER_RUN]},
        "metrics/get-history": {"metrics": POINTS},
    }
    found = answers.get(path.removeprefix("/api/2.0/mlflow/"))
    return (404, "text/html", "<h1>Not Found</h1>") if found is None else json_answer(found)
