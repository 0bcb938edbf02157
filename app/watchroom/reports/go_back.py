"""The commands that go back to an earlier version: the alias champion pointed at it again. Watchroom runs none."""

from __future__ import annotations

import json

from watchroom.reports import recipes
from watchroom.reports.quoting import word


def python(model: str, version: int, tracking_uri: str) -> str:
    """Python that points the alias champion at the version."""
    return recipes.promote(model, version, tracking_uri)


def rest(model: str, version: int, tracking_uri: str) -> str:
    """The same as one request to a tracking server's REST API; empty when the store is no server.

    MLflow 3.17 has no command line for aliases; the request is that of its own client.
    """
    if not tracking_uri.startswith(("http://", "https://")):
        return ""
    body = json.dumps({"name": model, "alias": "champion", "version": str(version)})
    address = f"{tracking_uri.rstrip('/')}/api/2.0/mlflow/registered-models/alias"
    return f"curl --fail -X POST {word(address)} \\\n  -H 'Content-Type: application/json' \\\n  -d {word(body)}"
