"""What both engines make of the rows that a question gives: the facts of each file, and its days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import DecisionLog, FileDay, FileFacts, FileProblem, FileShape, Survey


def named(relation: str, signals: Sequence[ask.Signal], log: DecisionLog, outcome: str, *, text: str) -> str:
    """The rows with `score`, `predicted` and `outcome`, which the questions are about."""
    places = {signal.name: f"s{place}" for place, signal in enumerate(signals)}
    score = places.get("@score", "cast(null as double)")
    predicted = places.get("@prediction", f"cast(null as {text})")
    groups = "".join(f", g{place}" for place in range(len(log.groups)))
    return (
        f"select version, day, {score} as score, {predicted} as predicted, {outcome} as outcome{groups} "
        f"from ({relation}) as decided"
    )


def survey_of(rows: Sequence[tuple[Any, ...]], files: Sequence[FileShape], broken: tuple[FileProblem, ...]) -> Survey:
    """The survey of decision files from the rows of `questions.survey`; `broken` ones have none."""
    bad = {one.path for one in broken}
    shown = {shape.file.path: shape.file.shown for shape in files}
    facts = {shape.file.shown: [0, 0, 0, 0, 0, 0] for shape in files if shape.file.shown not in bad}
    days: dict[tuple[str, date], list[int]] = {}
    versions = set[int]()
    for path, fault, day, version, zoned, n, digest in rows:
        fact = facts[shown[path]]
        fact[fault] += n
        if fault == 0:
            fact[5 if zoned else 4] += n
            versions.add(version)
            _add_day(days, shown[path], day, n, digest)
    told = tuple(
        FileFacts(path, sum(one[:4]), one[1], one[2], one[3], naive=one[4], zoned=one[5]) for path, one in facts.items()
    )
    return Survey(told, _file_days(days), tuple(sorted(versions)), broken)


def _add_day(days: dict[tuple[str, date], list[int]], path: str, day: date, n: int, digest: str) -> None:
    known = days.setdefault((path, day), [0, 0])
    known[0] += n
    known[1] += int(digest)


def _file_days(days: dict[tuple[str, date], list[int]]) -> tuple[FileDay, ...]:
    return tuple(FileDay(path, day, n, f"{digest:x}") for (path, day), (n, digest) in sorted(days.items()))


def outcome_survey_of(
    rows: Sequence[tuple[Any, ...]],
    matched: Sequence[tuple[Any, ...]],
    files: Sequence[FileShape],
    broken: tuple[FileProblem, ...],
    *,
    whole: bool,
) -> Survey:
    """The survey of outcome files from the rows of `outcome_facts` and `outcome_days`; facts only of the whole."""
    bad = {one.path for one in broken}
    shown = {shape.file.path: shape.file.shown for shape in files}
    facts = {shape.file.shown: [0, 0, 0, 0, 0, 0, 0, 0] for shape in files if shape.file.shown not in bad}
    days: dict[tuple[str, date], list[int]] = {}
    for path, fault, zoned, n in rows:
        fact = facts[shown[path]]
        fact[fault] += n
        fact[6 if zoned else 5] += n if fault == 0 else 0
    for path, day, n, digest in matched:
        if day is None:
            facts[shown[path]][7] += n
        else:
            _add_day(days, shown[path], day, n, digest)
    told = tuple(
        FileFacts(
            path, sum(one[:5]), without_id=one[1], without_value=one[4], naive=one[5], zoned=one[6], unmatched=one[7]
        )
        for path, one in facts.items()
    )
    return Survey(told if whole else (), _file_days(days), (), broken)
