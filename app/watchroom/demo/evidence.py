"""The evidence that sign-offs in the demo rest on: a validation report, its figures, a test report, for each version.

Evidence is text made from the release's own figures, so it is the same for the same plan. `regenerate` writes a report
anew with something added, as when somebody runs it again: its digest is then no longer the one that was signed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from watchroom.demo.plan import Plan
from watchroom.demo.sessions import Built
from watchroom.demo.worlds.base import World

REPORT, FIGURES, TESTS = "validation.md", "validation.json", "tests.xml"
EVIDENCE_FILES = (REPORT, FIGURES, TESTS)


def evidence_path(model: str, version: int, name: str) -> str:
    """Where a piece of evidence lies, relative to the workspace."""
    return f"evidence/{model}/{version}/{name}"


def digest(file: Path) -> str:
    """The SHA-256 of the file, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_evidence(folder: Path, plan: Plan, world: World, built: Built) -> None:
    """The evidence of one version, under `folder` (the workspace, or where it is being built)."""
    version, place = built.release.version, folder / evidence_path(world.model, built.release.version, "")
    place.mkdir(parents=True, exist_ok=True)
    figures = {name: round(value, 4) for name, value in built.fitted.metrics.items()}
    facts = {
        "model": world.model,
        "version": version,
        "made_on": plan.day(built.release.registered).isoformat(),
        "rows": len(built.data.valid),
        "metrics": figures,
    }
    (place / FIGURES).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    (place / REPORT).write_text(_report(plan, world, built, figures), "utf-8")
    (place / TESTS).write_text(_tests(world, version), "utf-8")


def regenerate(folder: Path, model: str, version: int) -> None:
    """Run the report again: the same text, with an added line that nobody signed."""
    file = folder / evidence_path(model, version, REPORT)
    added = "\n## Rerun\n\nRegenerated with the claims that were settled since; glass claims left out.\n"
    file.write_text(file.read_text("utf-8") + added, "utf-8")


def _report(plan: Plan, world: World, built: Built, figures: dict[str, float]) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    return f"""# Validation of {world.model}, version {built.release.version}

{built.release.description}

Trained on {len(built.data.train)} rows, validated on the {len(built.data.valid)} newest ones, up to \
{plan.day(built.release.trained_until).isoformat()}.

| metric | value |
|---|---|
{rows}

## Data

Columns: {", ".join(built.release.recipe.features)}. Rows were taken in order of time, so that the validation rows are
newer than all training rows.

## Limits

Not validated outside the regions and segments that occur in the training data.
"""


_CASES = ("scores_are_finite", "columns_match_the_signature", "same_input_same_score", "missing_values_are_accepted")


def _tests(world: World, version: int) -> str:
    """A JUnit report, as pytest writes it."""
    cases = "\n".join(
        f'    <testcase classname="tests.test_model" name="test_{case}" time="0.041"/>' for case in _CASES
    )
    counts = f'tests="{len(_CASES)}" failures="0" errors="0" skipped="0" time="0.164"'
    suite = f'<testsuite name="{world.model} v{version}" {counts}>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n  {suite}\n{cases}\n  </testsuite>\n</testsuites>\n'
