"""Workspaces over the large store: written, refreshed, and kept beside it for the next benchmark."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from benchmarks import tracking_store
from benchmarks.measure import Size, say
from watchroom.settings import Settings

_KEPT_DAYS = 7
"""A store older than this is made anew: its last 30 days would run empty, and Home show less than it should."""

_ROOM = "mlflow:\n  tracking_uri: {uri}\ncurrency: EUR\ntime_zone: Europe/Vienna\n"

_MODEL = """\
model: {name}
title: {title}
purpose: A model to measure with.
affects: [Front office, Back office]
task: binary
owners: {{business: a@example.com, data_science: b@example.com, operations: c@example.com}}
risk: {{business: medium, legal: low, ethical: low, reason: It only stands here.}}
"""


def store(size: Size) -> Path:
    """The SQLite store of that size, which is only read; change a copy."""
    file = size.folder / "store" / "mlflow.db"
    if file.exists() and time.time() - file.stat().st_mtime > _KEPT_DAYS * 86400:
        shutil.rmtree(size.folder)
    if not file.exists():
        say(f"making a store of {size.runs:,} runs")
    return tracking_store.build(file, size.runs)


def copy_of(file: Path, name: str) -> Path:
    """A copy of a store in a folder `name` beside its own, in place of an earlier one."""
    target = file.parent.parent / name / file.name
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir(parents=True)
    shutil.copyfile(file, target)
    return target


def write(folder: Path, uri: str) -> Path:
    """A workspace that reads `uri`, with a file for half of the models; what was derived before stays."""
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "watchroom.yaml").write_text(_ROOM.format(uri=uri))
    for number in range(0, tracking_store.MODELS, 2):
        name = tracking_store.model_name(number)
        (folder / "models" / f"{name}.yaml").write_text(_MODEL.format(name=name, title=f"Model {number}"))
    return folder


def published(size: Size) -> Path:
    """The workspace over the store with a snapshot of it that this version of the program can read."""
    folder = write(size.folder / "workspace", f"sqlite:///{store(size)}")
    say("bringing the snapshot up to date")
    refresh(folder)
    return folder


def refresh(folder: Path, **overrides: object) -> str:
    """One whole refresh, as the command does it; gives the step that read MLflow in words."""
    from watchroom.jobs.refresh import refresh as run

    report = run(folder, Settings.load(os.environ, workspace=str(folder), **overrides))
    return report.steps[0][1]
