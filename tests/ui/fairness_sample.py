"""A room in which groups were compared as a refresh compares them: alike and not, small, without outcomes."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE, LONG
from watchroom.jobs.fairness.step import judge_fairness
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

TODAY = datetime.now(UTC).date()
THIS = TODAY.replace(day=1)
LAST = (THIS - timedelta(1)).replace(day=1)
FIRST = (LAST - timedelta(1)).replace(day=1)
MONTHS = (FIRST, LAST, THIS)
DECISIONS = {"path": "lake/x.parquet", "prediction": "p", "groups": ["age_band", "card_type"]}

Rows = dict[str, list[dict[str, Any]]]
Rates = dict[str, dict[str, tuple[float, int]]]
"""By column and group: how often the model says 1, and decisions in a month."""

UNFAIR: Rates = {
    "age_band": {"18-25": (0.40, 900), "26-60": (0.20, 2400), "61+": (0.38, 700), "": (0.3, 5)},
    "card_type": {"debit": (0.25, 2000), "credit": (0.25, 2000)},
}
EVEN: Rates = {"age_band": {"young": (0.3, 6000), "old": (0.3, 6000)}}
UNSURE: Rates = {"age_band": {"young": (0.30, 60), "old": (0.2, 60)}}
TINY: Rates = {"age_band": {"young": (0.3, 4), "old": (0.3, 5)}}
ODD: Rates = {HOSTILE: {HOSTILE: (0.4, 900), LONG: (0.1, 900), **{f"group {n:02}": (0.4, 200) for n in range(45)}}}


def cells(model: str, rates: Rates, *, outcomes: bool = True, version: int = 1) -> list[dict[str, Any]]:
    """Rows of `profile_outcomes`: three months and the reference; half of the predictions come true."""
    rows = []
    for day in [*MONTHS, None]:
        for column, groups in rates.items():
            for value, (rate, n) in groups.items():
                for predicted, count in (("1", round(rate * n)), ("0", n - round(rate * n))):
                    for outcome, part in (
                        (("1", count // 2), ("0", count - count // 2)) if outcomes else ((None, count),)
                    ):
                        score = 0.7 if predicted == "1" else 0.3
                        rows.append(
                            {"model": model, "version": version, "day": day, "group_column": column, "n": part,
                             "group_value": value, "score_bin": 1, "predicted": predicted, "outcome": outcome,
                             "score_sum": score * part, "score_sq_sum": score**2 * part}
                        )  # fmt: skip
    return rows


def errors(model: str) -> list[dict[str, Any]]:
    """Rows of `profile_errors`: errors in the south are twice those in the north."""
    return [
        {"model": model, "version": 1, "day": day, "group_column": "region", "group_value": value, "n": 400,
         "over_sum": 400 * size, "under_sum": 0.0, "sq_sum": 400 * size**2 * 1.2}
        for day in [*MONTHS, None] for value, size in (("north", 10.0), ("south", 20.0))
    ]  # fmt: skip


def specs() -> dict[str, dict[str, Any]]:
    """The models' files."""
    binary = {"task": "binary", "decisions": DECISIONS}
    return {
        "card-fraud": {**binary, "title": "Card fraud"},
        "loans": {**binary, "title": "Loans"},
        "pilot": binary,
        "tiny": binary,
        "unlabelled": binary,
        "claims": {"task": "regression", "decisions": DECISIONS | {"groups": ["region"]}},
        LONG: {**binary, "title": LONG},
        "no-groups": {"task": "binary", "decisions": {"path": "x.parquet", "prediction": "p"}},
        "no-task": {"decisions": DECISIONS},
        "no-log": {},
        "no-decisions": binary,
        "not-compared": binary,
    }


def rows() -> Rows:
    """The rows of the room, without what the step makes of them."""
    files = {model: ModelSpec.model_validate({"model": model, **given}) for model, given in specs().items()}
    outcomes = [
        *cells("card-fraud", UNFAIR), *cells("card-fraud", EVEN, version=2), *cells("loans", EVEN),
        *cells("pilot", UNSURE), *cells("tiny", TINY), *cells("unlabelled", UNFAIR, outcomes=False), *cells(LONG, ODD),
    ]  # fmt: skip
    served = [*{(row["model"], row["version"]) for row in outcomes}, ("claims", 1), ("not-compared", 1), ("no-task", 1)]
    return {
        "models": [
            {"model": model, "title": file.title or model, "registered": True, "file": f"models/{model[:20]}.yaml",
             "task": file.task, "spec": file.model_dump_json()}
            for model, file in files.items()
        ] + [{"model": "no-file", "title": "No file", "registered": True}],
        "aliases": [{"name": "card-fraud", "alias": "champion", "version": 1}],
        "model_versions": [{"name": model, "version": version} for model, version in served],
        "volume": [
            {"model": model, "version": version, "day": day, "decisions": 9, "labelled": 0}
            for model, version in served for day in MONTHS
        ],
        "profile_outcomes": outcomes,
        "profile_errors": errors("claims"),
    }  # fmt: skip


def fairness(store: Path) -> None:
    """Publish the room; it is made once and copied."""
    shutil.copytree(_published(), store)


@cache
def _published() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-fairness-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = rows()
    publish_rows(folder / "store", made)
    models = {
        row["model"]: ModelSpec.model_validate(json.loads(row["spec"])) for row in made["models"] if "spec" in row
    }
    workspace = Workspace(folder, None, models, (), {model: f"models/{model}.yaml" for model in models}, {})
    with refresh_lock(StoreFolder(folder / "store"), 5), Draft(StoreFolder(folder / "store")) as draft:
        result = judge_fairness(draft, workspace, None)
        assert not result.problems, result.problems
        draft.publish()
    return folder / "store"


def compared(**columns: Any) -> dict[str, Any]:
    """A row of a comparison as a window has it."""
    row = {"group_column": "age_band", "group_value": "18-25", "metric": "selection_rate", "value": 0.1, "low": 0.08,
           "high": 0.12, "n": 1000, "ratio": np.nan, "ratio_low": np.nan, "ratio_high": np.nan, "best": None,
           "status": "none"}  # fmt: skip
    return row | columns
