"""Which registered model an experiment belongs to: the one that came from it, or the one that it says it is for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from watchroom.store.draft import Draft

MODEL_TAG = "model"
"""A tag of an experiment that names the registered model that it works for."""

_CAME_FROM = """
    select r.experiment_id, v.name, count(*) as n from mlflow.model_versions v join mlflow.runs r using (run_id)
    group by all order by r.experiment_id, n desc, v.name
"""


def belonging(draft: Draft) -> Mapping[str, str]:
    """By experiment that belongs to one: the model.

    It is the model that most of its versions are of; else the one that the experiment's tag `model` names; else the
    one that it is called after: its name, or a folder in it, is the model's (`churn/search` of the model `churn`).
    """
    rows = draft.connection.execute("select experiment_id, name from mlflow.experiments").fetchall()
    known = {_key(name): name for (name,) in draft.connection.execute("select model from room.models").fetchall()}
    tagged = draft.connection.execute(
        "select experiment_id, value from mlflow.experiment_tags where key = ?", [MODEL_TAG]
    ).fetchall()
    found: dict[str, str] = {}
    for experiment, name in rows:
        called = next((known[_key(part)] for part in reversed(str(name).split("/")) if _key(part) in known), None)
        if called is not None:
            found[experiment] = called
    found.update({experiment: known[_key(value)] for experiment, value in tagged if _key(value) in known})
    came: dict[str, str] = {}
    for experiment, model, _ in draft.connection.execute(_CAME_FROM).fetchall():
        came.setdefault(experiment, model)
    return {**found, **came}


def _key(name: object) -> str:
    """A name without what people write differently: case, blanks, hyphens and underscores."""
    return re.sub(r"[\s_-]+", "-", str(name).strip().lower())
