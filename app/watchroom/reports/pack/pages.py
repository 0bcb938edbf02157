"""The pages of a pack beside the card: checklist, sign-offs, history, explanation, health. In sections, as the card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from watchroom.charts.words import days, share, short
from watchroom.ledger.entry import Entry
from watchroom.ledger.told import tell
from watchroom.reports.card import measured, standing
from watchroom.reports.card.basics import when
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import Block, Gap, Grid, Pairs, Section
from watchroom.store.queries import checklist as checklist_queries
from watchroom.store.queries import explanations, health, value
from watchroom.store.queries.card import Checked
from watchroom.store.snapshot import Snapshot

STAGES = ("discovery", "pilot", "deploy", "monitor", "support")
HISTORY_ROWS, MONTHS, FEATURES = 2000, 12, 8

_BEGINNING, _END = date(1970, 1, 1), date(9999, 12, 31)


def checklist(known: Known, queries: dict[str, tuple[str, str]]) -> Iterator[Section]:
    """Every item by stage, with what it rests on; what is waived; what each check asks."""
    yield Section("stands", "How it stands", tuple(standing.checks(known)))
    for stage in STAGES:
        items = [one for one in known.checked if one.stage == stage]
        if items:
            columns = ("What is asked", "Stands", "Value", "What it rests on", "Since (UTC)", "Whose", "Digest")
            yield Section(stage, stage.capitalize(), (Grid("Items", columns, tuple(map(_item, items))),))
    if queries:
        rows = tuple((name, about, sql) for name, (about, sql) in queries.items())
        note = "Over the public tables of the snapshot; for a check in Python its function's name."
        yield Section("queries", "What the checks ask", (Grid("Checks", ("Check", "About", "SQL"), rows, note=note),))


def _item(one: Checked) -> tuple[str, ...]:
    rests = [text for text in (one.evidence, _answered(one), _waived(one)) if text]
    return (
        one.text, one.status, one.value or "–", " ".join(rests) or "–", when(one.at),
        one.person or one.role.replace("_", " "), (one.digest or "–")[:12],
    )  # fmt: skip


def _answered(one: Checked) -> str:
    if one.answered_by is None:
        return ""
    said = f": “{one.answered}”" if one.answered else ""
    return f"Answered by {one.answered_by} on {when(one.answered_at)} UTC{said}."


def _waived(one: Checked) -> str:
    if one.waived_by is None or one.waived_until is None:
        return ""
    return f"Waived by {one.waived_by} until {days(one.waived_until, one.waived_until)}: “{one.waived_because}”."


def sign_offs(known: Known) -> Iterator[Section]:
    """Sign-offs and findings."""
    yield Section("approvals", "Approvals", tuple(standing.approvals(known)))


def history(snapshot: Snapshot, known: Known, entries: Sequence[Entry] | None, left_out: int) -> Iterator[Section]:
    """What was decided, seen or refused, the newest first; without a ledger what the registry was seen to be."""
    if entries is None:
        rows = tuple(
            (when(one.seen_at), f"version {one.version}" if one.version else "none", f"before: {one.before or 'none'}")
            for one in known.reigns
        )
        gap = Gap("what people decided: the ledger was not there when this pack was made")
        yield Section("history", "History", (gap, Grid("Champions, as seen", ("Seen (UTC)", "Champion", ""), rows)))
        return
    others, titles = {one.seq: one for one in entries}, checklist_queries.titles(snapshot)
    told = [_told(one, others, titles) for one in reversed(entries)]
    more = max(len(told) - HISTORY_ROWS, 0) + left_out
    note = "history.jsonl has them with the hashes of the ledger's chain." + (
        f" {more:,} older ones are left out." if more else ""
    )
    columns = ("Entry", "When (UTC)", "Who", "Version", "Did", "In their words")
    grid = Grid("Entries of the ledger on this model", columns, tuple(told[:HISTORY_ROWS]), frozenset({0}), note)
    yield Section("history", "History", (grid,))


def _told(entry: Entry, others: dict[int, Entry], titles: Mapping[str, str]) -> tuple[str, ...]:
    found = tell(entry, others, titles)
    version = "" if entry.version is None else str(entry.version)
    return (str(entry.seq), when(entry.at.replace(tzinfo=None)), entry.actor, version, found.did, found.quote)


def explanation(snapshot: Snapshot, known: Known) -> Iterator[Section]:
    """What drives it on the reference, then by month, and whether that has changed."""
    yield Section("drivers", "What drives its answers", tuple(measured.drivers(known)))
    if known.number is None:
        return
    changes = explanations.changes(snapshot, model=known.about.model, version=known.number)
    if not changes.empty:
        yield Section("changes", "How that has changed", (_changes(changes),))


def _changes(frame: pd.DataFrame) -> Grid:
    rows = tuple(
        (
            days(row["period_start"], row["period_end"]), f"{row['against']} (version {row['against_version']})",
            short(row["value"]), measured.interval(_known(row["low"]), _known(row["high"])), str(row["status"]),
            f"{row['feature']}: {share(row['share_before'])} to {share(row['share'])}"
            if not pd.isna(row["feature"]) else "–",
            f"{int(row['n']):,}",
        )
        for row in frame.tail(2 * MONTHS).to_dict("records")
    )  # fmt: skip
    columns = ("Days", "Against", "nDCG", "95 % interval", "Stands", "Moved most", "Rows")
    return Grid("By month", columns, rows, frozenset({2, 3, 6}), "nDCG: 1 for the same ranking of inputs.")


def _known(number: object) -> float | None:
    return None if number is None or pd.isna(number) else float(number)  # type: ignore[call-overload, arg-type]


def watched(snapshot: Snapshot, known: Known) -> Iterator[Section]:
    """Its light, its limits, performance by month, the drift of the last seven days, and its money by month."""
    if known.light is not None:
        of = known.light
        rows = [(name.capitalize(), of.part(name)) for name in health.PARTS]
        period = days(of.period_start, of.period_end) if of.period_start and of.period_end else "no decisions"
        yield Section(
            "light", "Light", (Pairs((("Light", of.light), ("Because", of.reason or "nothing is wrong"), *rows,
                                      ("Days (UTC)", period), ("Decisions", f"{of.n:,}"))),)
        )  # fmt: skip
    yield Section(
        "limits", "Limits and alerts", tuple(standing.limits(known)) or (Gap("its health: nothing is measured"),)
    )
    if known.number is not None:
        yield from _by_month(snapshot, known, known.number)
    if known.drifting:
        yield Section("drift", "Drift", (_drift(known),))
    yield from _money(snapshot, known)


def _by_month(snapshot: Snapshot, known: Known, version: int) -> Iterator[Section]:
    metric = measured.main_metric(known)
    frame = health.performance(
        snapshot, model=known.about.model, version=version, grain="month", first=_BEGINNING, last=_END, metric=metric
    )
    rows = [
        (
            days(row["period_start"], row["period_end"]), str(row["kind"]), short(row["value"]),
            measured.interval(_known(row["low"]), _known(row["high"])), short(row["watch"]), short(row["failing"]),
            str(row["status"]), f"{int(row['n_labelled'] or 0):,}", f"{int(row['n'] or 0):,}",
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip
    if rows and metric:
        columns = ("Days", "From", "Value", "95 % interval", "Watch", "Failing", "Stands", "Outcomes", "Decisions")
        grid = Grid(measured.metric_name(metric), columns, tuple(rows), frozenset({2, 3, 4, 5, 7, 8}))
        yield Section("months", "Performance by month", (grid,))


def _drift(known: Known) -> Block:
    first = known.drifting[0]
    rows = tuple(
        (one.feature, one.method, short(one.value), short(one.watch), short(one.drifted), one.status, f"{one.n:,}")
        for one in known.drifting
    )
    columns = ("Column", "Method", "Value", "Watch", "Drifted", "Stands", "Decisions")
    return Grid(f"{days(first.first, first.last)} (UTC)", columns, rows, frozenset({2, 3, 4, 6}))


def _money(snapshot: Snapshot, known: Known) -> Iterator[Section]:
    from watchroom.domain.money_text import money

    frame = value.periods(snapshot, model=known.about.model, grain="month").tail(MONTHS)
    if frame.empty:
        return
    rows = tuple(
        (
            days(row["period_start"], row["period_end"]), f"{int(row['decisions'] or 0):,}",
            *(money(_known(row[name]), known.currency) for name in ("benefit", "estimated_benefit", "run_cost", "net")),
        )
        for row in frame.to_dict("records")
    )  # fmt: skip
    columns = ("Days", "Decisions", "Benefit", "Estimated", "Costs", "Net")
    note = "Of whatever versions were in service."
    yield Section("money", "Money by month", (Grid("Money", columns, rows, frozenset({1, 2, 3, 4, 5}), note),))
