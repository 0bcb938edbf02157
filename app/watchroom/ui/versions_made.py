"""What two versions ask of callers, and what they were made from: signature, code, data, packages."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from watchroom.domain.version_difference import (
    Changed,
    ColumnsDifference,
    DataDifference,
    Dataset,
    PackagesDifference,
    step,
)
from watchroom.ui.commits import commit_links, commit_text
from watchroom.ui.text import UNKNOWN, plain, some
from watchroom.ui.versions_difference import Difference

NAMED = 12
"""Names in a line of columns or packages; a signature of hundreds is read in MLflow."""


def box(title: str, note: str = "") -> st.delta_generator.DeltaGenerator:
    """A frame with its title, and a quiet note beside it."""
    box = st.container(border=True, gap="xsmall")
    box.markdown(f"**{title}** {f':small[:gray[{plain(note)}]]' if note else ''}")
    return box


def signature(found: Difference) -> None:
    """The box of what callers send and get."""
    with box("Signature", "what callers send and get"):
        st.markdown(
            "\n".join(f"- {line}" for line in [*_side("Inputs", found.inputs), *_side("Outputs", found.outputs)])
        )


def _side(name: str, found: ColumnsDifference | None) -> list[str]:
    if found is None:
        return [f"{name}: {UNKNOWN}, a signature is missing or cannot be read."]
    if found.same:
        return [f"{name}: the same."]
    parts = (
        ("added", [f"{one.name} ({one.type}{'' if one.required else ', optional'})" for one in found.added]),
        ("removed", [f"{one.name} ({one.type})" for one in found.removed]),
        ("another type", [f"{one.name} ({one.before} → {one.now})" for one in found.retyped]),
        ("now required", list(found.now_required)),
        ("now optional", list(found.now_optional)),
    )
    return [f"{name} {what}: {plain(some(named, NAMED), 900)}" for what, named in parts if named]


def made_from(found: Difference) -> None:
    """The box of code, data and environment."""
    with box("What they were made from"):
        lines = [_code(found), *(_data(one) for one in found.data), *_environment(found)]
        if not found.data:
            lines.insert(1, f"Data: {UNKNOWN}, their runs logged no dataset.")
        st.markdown("\n".join(f"- {line}" for line in lines))
        commit_links(found.before.commit, found.now.commit)


def _code(found: Difference) -> str:
    old, new = (commit_text(one.commit, one.dirty) for one in (found.before, found.now))
    if found.before.commit and found.before.commit == found.now.commit:
        return f"Code: the same commit, {new}"
    return f"Code: {old} → {new}"


def _data(one: DataDifference) -> str:
    name = f"Data for {plain(one.context, 40)}" if one.context else "Data"
    if one.same is True:
        return f"{name}: the same, by digest ({_sets(one.now)})"
    if one.same is False:
        return f"{name}: other data, by digest ({_sets(one.before)} → {_sets(one.now)})"
    missing = "that of the first" if not one.before else "that of the other" if not one.now else "a digest"
    return f"{name}: {UNKNOWN} whether the same; {missing} was not logged"


def _sets(found: Sequence[Dataset]) -> str:
    return plain(some([f"{one.name} {one.digest or ''}".strip() for one in found], 3), 200)


def _environment(found: Difference) -> list[str]:
    pythons = [one.python_version for one in (found.before, found.now)]
    python = f"Python: {_same(pythons[0], pythons[1])}"
    return [python, *_packages(found.packages)]


def _same(before: str | None, now: str | None) -> str:
    if before is None and now is None:
        return UNKNOWN
    return plain(f"the same, {now}" if before == now else f"{before or UNKNOWN} → {now or UNKNOWN}")


def _packages(found: PackagesDifference | None) -> list[str]:
    if found is None:
        return [f"Packages: {UNKNOWN}, a `requirements.txt` is missing or cannot be read"]
    if found.same:
        return ["Packages: the same"]
    parts = (
        ("changed", [_package(one) for one in found.changed]),
        ("added", [f"{name}{wanted}" for name, wanted in found.added]),
        ("removed", [f"{name}{wanted}" for name, wanted in found.removed]),
    )
    return [f"Packages {what}: {plain(some(named, NAMED), 900)}" for what, named in parts if named]


def _package(one: Changed[str]) -> str:
    arrow = {"up": "↑", "down": "↓", "other": "→"}[step(one)]
    before, now = (side.removeprefix("==") or "any" for side in (one.before, one.now))
    return f"{one.name} {before} {arrow} {now}"
