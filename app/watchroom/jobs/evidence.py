"""Fills the table of evidence: every file that was kept, with whether it is still what was kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from watchroom.ledger import Ledger
from watchroom.ledger.evidence import Evidence, read
from watchroom.sources.evidence import file_digest, inside
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft

_NAMED = 3  # of the files in one problem


def fill_evidence(draft: Draft, ledger: Ledger, folder: Path) -> tuple[Problem, ...]:
    """`evidence`; a file is read once for all that name it. The problems are of models with a file lost or changed."""
    every = sorted(read(ledger).all.values(), key=lambda one: one.seq)
    found = states(every, folder)
    draft.insert("evidence", [_row(one, found[one.seq]) for one in every])
    return tuple(_problems(every, found))


def states(every: Iterable[Evidence], folder: Path) -> dict[int, str]:
    """What has become of each file, as the table has it, by the entry that added it."""
    listed = list(every)
    digests = {path: _digest(folder, path) for path in {one.file.path for one in listed}}
    return {one.seq: _status(one, digests) for one in listed}


def _digest(folder: Path, path: str) -> str | None:
    file = inside(folder, path)
    return None if file is None else file_digest(file)


def _status(one: Evidence, digests: Mapping[str, str | None]) -> str:
    if one.withdrawn is not None:
        return "withdrawn"
    found = digests[one.file.path]
    if found is None:
        return "gone"
    return "held" if found == one.file.sha256 else "changed"


def _row(one: Evidence, status: str) -> tuple[object, ...]:
    about, file = one.about, one.file
    return (
        one.seq,
        one.at.replace(tzinfo=None),
        one.actor,
        one.role,
        about.model,
        about.version,
        about.item,
        file.name,
        file.path,
        file.kind,
        file.sha256,
        file.bytes,
        file.tests,
        file.failed,
        file.skipped,
        about.note or None,
        status,
    )


def _problems(every: list[Evidence], found: Mapping[int, str]) -> list[Problem]:
    lost: dict[str, list[Evidence]] = {}
    for one in every:
        if found[one.seq] in ("gone", "changed"):
            lost.setdefault(one.about.model, []).append(one)
    return [
        Problem(
            "ledger",
            "warning",
            f"evidence of {model}",
            "Files that were kept as evidence are gone, or are other ones now.",
            why="; ".join(_named(one, found[one.seq]) for one in files[:_NAMED]) + (" …" if files[_NAMED:] else ""),
            next_step="Put them back from a backup; what rests on them does not hold until then.",
            model=model,
            count=len(files),
        )
        for model, files in lost.items()
    ]


def _named(one: Evidence, status: str) -> str:
    return f"{one.file.name} of version {one.about.version} (entry {one.seq}) is {status}"
