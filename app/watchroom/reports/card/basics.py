"""Sections of the card about what a model is: its use, its people and risk, its data, how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from watchroom.charts.words import days, share, short
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import UNKNOWN, Block, Gap, Grid, Pairs, Para
from watchroom.store.queries.card import Feature, Reign, Version

FEATURES, PARAMS, VERSIONS = 60, 30, 12
"""Rows of a table of the card: a reader of a document wants the first ones, and to know how many there are."""

ROLES = {"business": "Business", "data_science": "Data science", "operations": "Operations", "reviewer": "Reviewer",
         "on_call": "On call", "deputy": "Deputy"}  # fmt: skip
TASKS = {"binary": "yes or no, with a score", "multiclass": "one of several classes", "regression": "a number"}


def use(known: Known) -> Iterator[Block]:
    """What it is for, whom it affects, what its answers mean."""
    about = known.about
    if about.purpose:
        yield Para(about.purpose)
    else:
        yield Gap("its purpose", f"Write `purpose:` into {_file(known)}.")
    answer = known.spec.answer if known.spec else None
    rows = [
        ("Answers with", TASKS.get(about.task or "", UNKNOWN)),
        ("Line of business", about.trade or UNKNOWN),
        ("Affects", ", ".join(about.affects) or UNKNOWN),
    ]
    if answer is not None and answer.predictions:
        rows.append(("Its answers", "; ".join(f"{key}: {name}" for key, name in answer.predictions.items())))
    if answer is not None and answer.outcomes:
        rows.append(("Outcomes", "; ".join(f"{key}: {name}" for key, name in answer.outcomes.items())))
    if answer is not None and answer.unit:
        rows.append(("Unit", answer.unit))
    yield Pairs(tuple(rows))


def owners(known: Known) -> Iterator[Block]:
    """Who holds which role, the team, the runbook; the risk and its tier."""
    held = {role: (person, handover) for role, person, handover in known.about.owners}
    rows = [(name, _holder(*held[role])) if role in held else (name, "nobody") for role, name in ROLES.items()]
    rows += [("Team", known.about.team or UNKNOWN), ("Runbook", known.about.runbook or "none")]
    yield Pairs(tuple(rows))
    nobody = [name.lower() for role, name in ROLES.items() if role not in held]
    if nobody:
        yield Gap(f"who is {_listed(nobody)}", f"Name them under `owners:` in {_file(known)}.")


def risk(known: Known) -> Iterator[Block]:
    """The three axes and the tier that they give."""
    about = known.about
    if about.assumed:
        tier = f"; it is treated as {about.tier}, assumed by the policy" if about.tier else ""
        yield Gap(f"its risk: it is not assessed{tier}", f"Write `risk:` into {_file(known)}.")
    if any(level for _, level in about.risk):
        rows = [("Tier", about.tier or UNKNOWN), *((axis.capitalize(), level or UNKNOWN) for axis, level in about.risk)]
        yield Pairs((*rows, ("Reason", about.risk_reason or "none given")))


def data(known: Known) -> Iterator[Block]:
    """The datasets of its run, its reference, and its features as the reference has them."""
    datasets = known.logged.datasets
    if datasets:
        columns = ("Dataset", "Used for", "Digest")
        yield Grid("Datasets", columns, tuple((name, context or UNKNOWN, digest) for name, digest, context in datasets))
    else:
        yield Gap(
            "the data that it learned from", "Log it in training: `mlflow.log_input(dataset, context='training')`."
        )
    held = known.reference
    if held.n is None:
        yield Gap("what it is compared with", f"Write `reference:` into {_file(known)}.")
    else:
        place = f"{held.place}, " if held.source == "file" and held.place else ""
        judged = f"; {held.n_performance:,} of them for performance" if held.n_performance else ""
        yield Pairs((("Reference", f"{place}{held.n:,} rows{judged}"),))
    if known.decided:
        n, labelled, first, last = known.decided
        told = f"{n:,} decisions, {labelled:,} with an outcome ({share(labelled / n)}), {days(first, last)}"
        yield Pairs((("Served", told),))
    if held.features:
        yield _features(held.features, known)


def _features(features: tuple[Feature, ...], known: Known) -> Grid:
    inputs = known.spec.decisions.features if known.spec and known.spec.decisions else None
    rows = [
        (
            one.name,
            one.kind if inputs is None or one.name in inputs else f"{one.kind}, a group",
            "–" if one.mean is None else f"{short(one.mean)} ± {short(one.std)}",
            "–" if one.low is None else f"{short(one.low)} to {short(one.high)}",
            f"{one.distinct:,}",
            share(one.missing / one.n) if one.n else UNKNOWN,
        )
        for one in features
    ]
    note = (
        f"As the reference of version {known.number} has them, {features[0].n:,} rows; beyond these ranges it guesses."
    )
    columns = ("Feature", "Kind", "Mean ± standard deviation", "Range", "Values", "Missing")
    return Grid(
        "Features", columns, tuple(rows[:FEATURES]), frozenset({2, 3, 4, 5}), note, max(len(rows) - FEATURES, 0)
    )


def versions(known: Known) -> Iterator[Block]:
    """How this version was made, which versions there are, and when each was champion."""
    chosen = known.version
    if chosen is None:
        yield Gap("its versions: the registry has none", "Register a version in MLflow.")
        return
    yield Pairs(tuple(_made(chosen)))
    if chosen.run_id is None or (chosen.commit is None and chosen.run_user is None):
        yield Gap("the run that made it, or its commit", "Train in a git checkout with MLflow's tracking on.")
    if known.logged.params:
        shown = known.logged.params[:PARAMS]
        more = len(known.logged.params) - len(shown)
        yield Grid("Parameters of its run", ("Parameter", "Value"), shown, more=more)
    rows = tuple(_version(one, known.reigns) for one in known.versions[:VERSIONS])
    columns = ("Version", "Is", "Registered", "Made by", "Commit", "Champion since", "Approval to deploy")
    note = "Times are UTC. Since when: as a refresh saw it."
    yield Grid("Versions", columns, rows, note=note, more=max(len(known.versions) - VERSIONS, 0))


def _made(version: Version) -> Iterable[tuple[str, str]]:
    yield "Registered", when(version.created_at)
    if version.description:
        yield "Description", version.description
    yield "Made by", version.run_user or version.user or UNKNOWN
    yield "Run", version.run_id or UNKNOWN
    yield "Script", version.source or UNKNOWN
    dirty = ", with uncommitted changes" if version.dirty else ""
    yield "Commit", f"{version.commit}{dirty}" if version.commit else UNKNOWN
    yield "Flavours", ", ".join(version.flavors) or UNKNOWN


def _version(one: Version, reigns: tuple[Reign, ...]) -> tuple[str, ...]:
    took = next((reign for reign in reigns if reign.version == one.version), None)
    since = "" if took is None else f"{'before ' if took.first_sight else ''}{when(took.seen_at)}"
    commit = f"{one.commit[:8]}{' +' if one.dirty else ''}" if one.commit else UNKNOWN
    return (
        str(one.version), ", ".join(one.aliases), when(one.created_at), one.run_user or one.user or UNKNOWN, commit,
        since or "–", one.approval or UNKNOWN,
    )  # fmt: skip


def _file(known: Known) -> str:
    return known.about.file or "a file of its own under `models/`"


def _holder(person: str, handover: int | None) -> str:
    return person if handover is None else f"{person} (by handover {handover})"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def when(at: datetime | None) -> str:
    """`5 Aug 2026 15:00`, UTC; unknown for none."""
    return UNKNOWN if at is None else f"{at.day} {at:%b %Y %H:%M}"
