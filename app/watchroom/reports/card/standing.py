"""Sections of the card about how a model stands: its limits as the store has them, its checks, its approvals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from watchroom.charts.words import days, share, short, signed
from watchroom.domain.vocabulary import METHOD_NAMES, METRIC_NAMES, OWN_NAMES
from watchroom.reports import model_words
from watchroom.reports.card.basics import when
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import Block, Gap, Grid, Pairs, Para
from watchroom.reports.one_page import cut
from watchroom.store.queries.card import Checked, Drifting
from watchroom.store.queries.health import Light

MISSING = 0.05
"""From this share of missing values on a feature is named among the limits."""

ALERTS, OPEN, SIGNED = 10, 40, 30
NAMED = 3
"""Items that the first answers name; the section lists them all."""

MET = ("pass",)
_ENDED = ("accepted", "withdrawn")


def limits(known: Known) -> Iterator[Block]:
    """What is known to be weak: drift, alerts, age, holes in the data, too few outcomes."""
    told = [*_drift(known), *_age(known), *_holes(known)]
    if known.light is not None and known.light.light not in ("stable", "no data"):
        told.insert(0, light(known.light))
    for sentence in told:
        yield Para(sentence)
    if known.alerts:
        rows = [
            (model_words.alert(one), one.severity, days(one.since, one.since) if one.since else "unknown",
             one.owner or "nobody", one.state)
            for one in known.alerts[:ALERTS]
        ]  # fmt: skip
        columns = ("Alert", "How bad", "Since", "Who has it", "State")
        yield Grid("Open alerts", columns, tuple(rows), more=max(len(known.alerts) - ALERTS, 0))
    elif known.readings:
        yield Para("No alert is open on this version.")


def not_met(known: Known) -> Iterator[str]:
    """The items of the checklist that are not met, and those of which nothing is known, by name and how many."""
    for statuses, words in ((("fail", "stale"), "not met"), (("unknown",), "not known")):
        found = sorted((one for one in known.checked if one.status in statuses), key=lambda one: not one.blocks)
        if found:
            names = "; ".join(_asked(one) for one in found[:NAMED])
            more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
            many = f"{len(found)} item{'' if len(found) == 1 else 's'} of the checklist"
            yield f"{many} {words} ({names}{more})"


def _asked(one: Checked) -> str:
    said = cut(one.text.strip().rstrip("."), 80)
    return f"{said}, which blocks {one.stage}" if one.blocks else said


def under_way(known: Known) -> Iterator[str]:
    """The handovers of the version that are not over, each with whose move it is."""
    for one in known.handed:
        to = cut(one.to_team or one.receiver or "somebody", 60)
        turn = f"{cut(one.receiver, 60) or 'the receiver'} is to accept" if one.given else (
            f"{cut(one.giver, 60) or 'the giver'} is to sign"
        )  # fmt: skip
        until = f" by {days(one.due, one.due)}" if one.due else ""
        yield f"it is being handed over to {to} for {one.stage}: {turn}{until}"


def light(found: Light) -> str:
    """The light with its reason, in a sentence."""
    reason = found.reason.strip().rstrip(".")
    return f"Its light is {found.light}{f' ({reason})' if reason else ''}."


def _drift(known: Known) -> Iterator[str]:
    moved = [one for one in known.drifting if one.status in ("watch", "drifted")]
    if moved:
        told = "; ".join(_moved(one) for one in moved[:6])
        more = f"; and {len(moved) - 6} more" if len(moved) > 6 else ""
        yield f"It no longer sees what it learned from: {told}{more} ({days(moved[0].first, moved[0].last)}, UTC)."
    elif known.drifting:
        last = known.drifting[0]
        yield f"None of its {len(known.drifting)} watched columns has drifted in {days(last.first, last.last)} (UTC)."


def _moved(one: Drifting) -> str:
    method = METHOD_NAMES.get(one.method, one.method)
    name = OWN_NAMES.get(one.feature, one.feature)
    return f"{name} {one.status}, {method} {short(one.value)}, limit {short(one.watch)}"


def _age(known: Known) -> Iterator[str]:
    found = known.decay
    if found is None:
        return
    if found.age_days is not None:
        yield f"It was trained {found.age_days:,.0f} days before this snapshot."
    if found.slope is not None and found.metric:
        between = f" (95 % interval {signed(found.slope_low or 0.0)} to {signed(found.slope_high or 0.0)})"
        crossing = (
            f"; by that line it is failing on {days(found.crosses_on, found.crosses_on)}" if found.crosses_on else ""
        )
        name = METRIC_NAMES.get(found.metric) or found.metric.replace("_", " ")
        yield (
            f"Its {name} changes by {signed(found.slope)} in thirty days{between}, over {found.weeks} weeks{crossing}."
        )


def _holes(known: Known) -> Iterator[str]:
    holes = [one for one in known.reference.features if one.n and one.missing / one.n >= MISSING]
    if holes:
        told = ", ".join(f"{one.name} {share(one.missing / one.n)}" for one in holes[:8])
        yield f"Often missing in what it learned from: {told}."


def checks(known: Known) -> Iterator[Block]:
    """The checklist: how many items are met, which are not, what is waived, the test score."""
    if not known.checked:
        yield Gap("whether its checklist is met: this version is not checked", "")
        return
    met = sum(one.status in MET for one in known.checked)
    waived = [one for one in known.checked if one.status == "waived"]
    tier = f" of tier {known.about.tier}" if known.about.tier else ""
    yield Para(
        f"{met} of {len(known.checked)} items asked of a model{tier} are met"
        + (f", {len(waived)} {'is' if len(waived) == 1 else 'are'} waived" if waived else "")
        + "."
    )
    if "total" in known.scores:
        score, most = known.scores["total"]
        sections = ", ".join(f"{name} {short(of)}" for name, (of, _) in known.scores.items() if name != "total")
        yield Pairs((("ML Test Score", f"{short(score)} of {most}, the least of its sections ({sections})"),))
    open_items = [one for one in known.checked if one.status not in (*MET, "waived")]
    if open_items:
        rows = tuple(_item(one) for one in open_items[:OPEN])
        columns = ("Stage", "What is asked", "How it stands", "What it rests on", "Whose", "Due")
        yield Grid("Not met", columns, rows, more=max(len(open_items) - OPEN, 0))
    if waived:
        rows = tuple(
            (one.stage, one.text, one.waived_because or "unknown", one.waived_by or "unknown",
             days(one.waived_until, one.waived_until) if one.waived_until else "unknown")
            for one in waived
        )  # fmt: skip
        yield Grid("Waived", ("Stage", "What is asked", "Why not now", "By", "Until"), rows)


def _item(one: Checked) -> tuple[str, ...]:
    stands = {"fail": "not met", "stale": "was met, too old", "unknown": "not known"}.get(one.status, one.status)
    whose = one.person or one.role.replace("_", " ")
    return (one.stage, one.text, stands, one.evidence or "–", whose, _day(one.due))


def approvals(known: Known) -> Iterator[Block]:
    """How each stage stands, the sign-offs, and the findings."""
    if known.approved:
        yield _stages(known)
    if known.signed:
        yield _sign_offs(known)
    else:
        yield Gap("who approved it: nobody has signed this version off", "Sign it off on the page Handover.")
    if known.findings:
        rows = tuple(
            (one.severity, one.title, one.state, one.owner or "nobody", _day(one.due), one.blocks or "–")
            for one in known.findings
        )
        yield Grid("Findings of reviews", ("Severity", "Finding", "State", "Owner", "Due", "Blocks"), rows)


def _stages(known: Known) -> Grid:
    rows = tuple(
        (
            one.stage,
            one.status,
            when(one.until) if one.until else "–",
            one.reason or (f"signed by {_signers(known, one.stage)}" if one.status == "approved" else "–"),
        )
        for one in known.approved
    )
    return Grid("By stage", ("Stage", "Approval", "Until (UTC)", "Why"), rows)


def _sign_offs(known: Known) -> Grid:
    rows = tuple(
        (
            when(one.at),
            one.actor,
            one.role.replace("_", " "),
            one.stage,
            one.decision,
            one.status + (f": {one.reason}" if one.reason else ""),
            when(one.valid_until) if one.valid_until else "–",
            one.note or "",
        )
        for one in known.signed[:SIGNED]
    )
    columns = ("When (UTC)", "Who", "As", "Stage", "Said", "Still holds", "Until", "Note")
    return Grid("Sign-offs", columns, rows, more=max(len(known.signed) - SIGNED, 0))


def _day(day: date | None) -> str:
    return days(day, day) if day else "–"


def _signers(known: Known, stage: str) -> str:
    names = [one.actor for one in known.signed if one.stage == stage and one.status == "valid"]
    return ", ".join(dict.fromkeys(names)) or "nobody"


def approval(known: Known) -> str:
    """Whether it may be used, in a sentence."""
    deploy = next((one for one in known.approved if one.stage == "deploy"), None)
    if deploy is not None:
        if deploy.status == "approved":
            until = f" until {when(deploy.until)} UTC" if deploy.until else ""
            return f"Approved to deploy{until}, signed by {_signers(known, 'deploy')}."
        return f"Not approved to deploy: {(deploy.reason or deploy.status).rstrip('.')}."
    valid = [one for one in known.signed if one.status == "valid" and one.decision == "approved"]
    if valid:
        first = valid[0]
        return f"{first.actor} approved it for {first.stage} on {when(first.at)} UTC."
    return "Unknown: nobody has signed this version off."


def findings_open(known: Known) -> int:
    """Findings that are neither accepted nor withdrawn."""
    return sum(one.state not in _ENDED for one in known.findings)
