"""The incident capsule: what was seen of an alert, and the commands that bring it back, as one file to take along.

Made from one snapshot alone, so the same snapshot gives the same bytes. Texts from outside are literals in every
command and stand as code in the README.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
from pydantic import ValidationError

from watchroom.errors import StoreError
from watchroom.reports import recipes
from watchroom.reports.capsule_log import FETCH, fetch_script
from watchroom.reports.capsule_text import Contents, commands, readme
from watchroom.reports.csv_file import csv_text
from watchroom.store.queries.incident import Incident, incident
from watchroom.store.queries.status import workspace
from watchroom.store.snapshot import Snapshot
from watchroom.workspace.model_file import ModelSpec

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that every file in the archive carries: the first that a zip can hold."""


def capsule(snapshot: Snapshot, alert_id: str) -> bytes:
    """The capsule of an alert as a zip. Raises StoreError when the snapshot has no such alert."""
    found = incident(snapshot, alert_id=alert_id)
    if found is None:
        raise StoreError(f"There is no alert {alert_id[:40]!r} in this snapshot.", next_step="Look for it on Alerts.")
    facts = workspace(snapshot)
    files = _files(found, snapshot, facts.get("folder") or "", facts.get("tracking_uri") or "")
    return _zipped(f"incident-{found.alert.alert_id}", files)


def _files(found: Incident, snapshot: Snapshot, folder: str, tracking_uri: str) -> dict[str, str]:
    spec = _spec(found.spec)
    files = {
        "alert.json": _json(found.alert.__dict__),
        "model.json": _json(json.loads(found.spec) if found.spec else None),
        "version.json": _json(_version(found)),
        "registry.json": _json(_registry(found)),
        "window/values.csv": csv_text(found.values),
        "window/volume.csv": csv_text(found.volume),
    }
    tables = {
        "window/bins.csv": found.bins,
        "window/days.csv": found.days,
        "window/outcomes.csv": found.outcomes,
        "window/errors.csv": found.errors,
    }
    files |= {name: csv_text(frame) for name, frame in tables.items() if not frame.empty}
    if spec is not None and spec.decisions is not None:
        files[FETCH] = fetch_script(found.alert, spec, found.reigns, folder)
    if found.alert.version is not None and found.version:
        load = recipes.load(found.alert.model, found.alert.version, tracking_uri, champion=False)
        shown = load.replace("predictions = model.predict", "# predictions = model.predict")
        files["load_model.py"] = f"{shown}\nprint(model)\n"
    files["commands.sh"] = commands(found, folder, tracking_uri)
    contents = Contents(snapshot.id, snapshot.made_at, tuple(sorted(files)), spec)
    return {"README.md": readme(found, contents), **files}


def _spec(text: str | None) -> ModelSpec | None:
    try:
        return ModelSpec.model_validate_json(text) if text else None
    except ValidationError:  # a snapshot that another version wrote
        return None


def _version(found: Incident) -> dict[str, Any]:
    """The version with its run, commit and the digests of its data."""
    return {
        "version": dict(found.version),
        "run": dict(found.run),
        "params": _records(found.params),
        "metrics": _records(found.metrics),
        "data": _records(found.inputs),
        "reference": dict(found.reference),
    }


def _registry(found: Incident) -> dict[str, Any]:
    return {
        "aliases_at_the_end_of_the_window": dict(found.aliases),
        "events": _records(found.events),
        "note": "As the refreshes saw it: a change is at or before seen_at and after not_before. Times are UTC.",
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _json(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO 8601, NaN, NaT and infinities as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or value is pd.NaT:  # which says that it is a datetime
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)


def _zipped(folder: str, files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            about.create_system = 3  # Unix, whatever this machine is: the bytes are the same everywhere
            archive.writestr(about, files[name].encode())
    return buffer.getvalue()
