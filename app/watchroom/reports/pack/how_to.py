"""How to reproduce, run and roll back a version: code to copy, made from what was recorded; what was not says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchroom.reports import go_back, recipes
from watchroom.reports.card.known import Known
from watchroom.reports.recipe_run import reproduce_run
from watchroom.store.queries import reproducibility, value
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Step:
    """Something to do: its heading, a sentence, and the code with the file that holds it; both empty for none."""

    title: str
    text: str
    file: str = ""
    code: str = ""


@dataclass(frozen=True)
class Part:
    """Steps of one kind under a heading."""

    key: str
    title: str
    steps: tuple[Step, ...]


def how_to(snapshot: Snapshot, known: Known, tracking_uri: str) -> tuple[Part, ...]:
    """The parts of the page, in the order in which a team needs them."""
    return (
        Part("run", "Run it", tuple(_run(known, tracking_uri))),
        Part("roll-back", "Roll back", tuple(_back(snapshot, known, tracking_uri))),
        Part("reproduce", "Make it again", tuple(_again(snapshot, known, tracking_uri))),
        Part("wrong", "When something is wrong", tuple(_wrong(known))),
    )


def _run(known: Known, tracking_uri: str) -> Iterator[Step]:
    if known.number is None:
        yield Step("Load it", "The registry has no version of this model.")
        return
    champion = known.version is not None and "champion" in known.version.aliases
    code = recipes.load(known.about.model, known.number, tracking_uri, champion=champion)
    yield Step("Load it", "In Python, with the packages of “Make it again”.", "code/load.py", code + "\n")
    spec = known.spec
    if spec is not None and spec.decisions is not None:
        wanted = ", ".join(spec.decisions.features or ()) or "the inputs of its signature"
        yield Step("Its inputs", f"{wanted}. Their usual values stand in the card under Data.")
        yield Step("Where it logs", f"Decisions: {', '.join(spec.decisions.path)}.")


def _back(snapshot: Snapshot, known: Known, tracking_uri: str) -> Iterator[Step]:
    model = known.about.model
    before = next(
        (one.before for one in reversed(value.takings(snapshot, model=model)) if one.version == known.number), None
    )
    before = before or next((one.before for one in known.reigns if one.version == known.number), None)
    if before is None or before not in {one.version for one in known.versions}:
        yield Step(
            "Unknown", "No version is known to have been in service before this one: there is none to go back to."
        )
        return
    yield Step(
        f"To version {before}",
        f"Version {before} was in service before. Look at its card first; the alias is what services follow.",
        "code/roll_back.py",
        go_back.python(model, before, tracking_uri) + "\n",
    )
    rest = go_back.rest(model, before, tracking_uri)
    if rest:
        yield Step("The same without Python", "One request to the tracking server.", "code/roll_back.sh", rest + "\n")


def _again(snapshot: Snapshot, known: Known, tracking_uri: str) -> Iterator[Step]:
    run = known.version.run_id if known.version else None
    record = reproducibility.record(snapshot, run_id=run) if run else None
    if record is None:
        yield Step("Unknown", "The run that made it is not known, so nobody can say how to make it again.")
        return
    recipe = reproduce_run(record, tracking_uri)
    yield Step("1. Code and packages", "In bash or zsh.", "code/1-prepare.sh", recipe.prepare + "\n")
    yield Step("2. Data", "In the Python of the new environment.", "code/2-data.py", recipe.data + "\n")
    yield Step("3. The run", "In bash or zsh.", "code/3-run.sh", recipe.run + "\n")
    yield Step("4. Compare", "Whether the new run came out as the old one.", "code/4-compare.py", recipe.compare + "\n")
    for finding in reproducibility.findings(snapshot, run_id=record.run_id):
        if finding.status != "found":
            yield Step(
                f"Not sure: {finding.item.replace('_', ' ')}", f"{finding.status}. {finding.detail or ''}".strip()
            )


def _wrong(known: Known) -> Iterator[Step]:
    held = {role: person for role, person, _ in known.about.owners}
    yield Step("Runbook", known.about.runbook or "None is named.")
    yield Step("On call", held.get("on_call") or held.get("operations") or "Nobody is named.")
    if known.about.affects:
        yield Step("Who is affected", ", ".join(known.about.affects))
