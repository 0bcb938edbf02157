"""New projects on disk, and the way from a folder to a registered version, for several folders in one process.

MLflow takes seconds to import, so the folders' scripts run one after the other in one process of their own:
`python -m tests.helpers.projects FOLDER=test,train,serve …`. What runs is what `python train.py` runs.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchroom.jobs.new_project import write_project
from watchroom.reports.new_project.answers import Answers
from watchroom.reports.new_project.typed import inputs

INPUTS = {
    "binary": "amount: number\nchannel: category: web, app, branch\naccount_age: number\nabroad: boolean",
    "multiclass": "length: number\nwidth: number\ncolour: category",
    "regression": "temp: number\nhumidity: number\nseason: category\nworkingday: boolean",
}
CLASSES = {"binary": ("genuine", "fraud"), "multiclass": ("oak", "beech", "fir"), "regression": ()}
OWNERS = (("business", "ada@example.com"), ("data_science", "bo@example.com"), ("operations", "cy@example.com"))


def answered(kind: str = "binary", **changed: Any) -> Answers:
    """A full set of answers for that task."""
    task = kind
    given: dict[str, Any] = {
        "model": f"sample-{task}",
        "purpose": "Stops payments that are likely to be fraud.",
        "affects": ("Fraud desk",),
        "task": task,
        "classes": CLASSES[task],
        "unit": "EUR" if task == "regression" else "",
        "inputs": inputs(INPUTS[task].splitlines()),
        "business": "medium",
        "legal": "low",
        "ethical": "low",
        "reason": "Small sums.",
        "owners": OWNERS,
    }
    return Answers(**(given | changed))


def project(folder: Path, answers: Answers) -> Path:
    """The project in the folder, committed."""
    write_project(folder, answers)
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return folder


def run(steps: Mapping[Path, str]) -> subprocess.CompletedProcess[str]:
    """Run the steps of each folder, in their order: `train`, `again`, `serve`, `test`; `brief-train` takes few rows.

    `own` trains on few rows of one's own, none of them with a gap; `refused` is a `serve` that must not be done.
    """
    command = [
        sys.executable,
        "-m",
        "tests.helpers.projects",
        *(f"{folder}={names}" for folder, names in steps.items()),
    ]
    # On a busy machine two threads wait for each other longer than one takes.
    quiet = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, env=quiet, capture_output=True, text=True, timeout=300, check=False)


def _main(arguments: list[str]) -> None:
    scripts = {"data", "modelling", "project", "sample_data", "train", "conftest", "test_data", "test_model"}
    for folder, _, steps in (text.rpartition("=") for text in arguments):
        os.chdir(folder)
        sys.path.insert(0, folder)
        _store(Path(folder))
        for step in steps.split(","):
            os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow itself sets it, and the next folder has its own
            for name in scripts:
                sys.modules.pop(name, None)
            began = time.monotonic()
            _step(step)
            print(f"{folder} {step}: {time.monotonic() - began:.1f} s", flush=True)
        sys.path.remove(folder)


def _store(folder: Path) -> None:
    """An empty store of MLflow, copied from one that was made once: its migrations take longer than a training."""
    empty = folder.parent / "empty.db"
    if not empty.exists():
        import mlflow

        mlflow.MlflowClient(f"sqlite:///{empty}").search_experiments()
    shutil.copy(empty, folder / "mlflow.db")


def _own() -> None:
    import sample_data

    Path("data").mkdir()
    sample_data.make(300, seed=1).dropna().to_csv("data/own.csv", index=False)


def _make_brief() -> None:
    """Few rows and few trees: enough for whatever hangs on names alone."""
    import modelling
    import sample_data

    sample_data.make.__defaults__ = (800, sample_data.project.SEED)
    modelling.PARAMS["max_iter"] = 10
    modelling.RESAMPLES = 5


_COMMANDS = {
    "train": ["train.py", "--champion"],
    "again": ["train.py", "--seed", "2"],
    "own": ["train.py", "--data", "data/own.csv", "--champion"],
    "serve": ["serve_sample.py"],
    "refused": ["serve_sample.py"],
}


def _step(step: str) -> None:
    if step.startswith("brief-"):
        _make_brief()
        step = step.removeprefix("brief-")
    if step == "test":
        import pytest

        code = pytest.main(["-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", "--rootdir", ".", "tests"])
        if code:
            sys.exit(f"pytest: {code}")
        return
    if step == "own":
        _own()
    script, *arguments = _COMMANDS[step]
    sys.argv = [script, *arguments]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as refusal:
        if step != "refused":
            raise
        print(refusal)
    else:
        assert step != "refused", "it was not refused"


if __name__ == "__main__":
    _main(sys.argv[1:])
