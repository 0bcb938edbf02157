"""What the page of a run says in sentences; plain text, which the page makes harmless."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from watchroom.domain.figures import duration_text
from watchroom.store.queries.run import Run
from watchroom.ui.text import as_utc, one_line, span, when


def is_stale(run: Run, now: datetime, days: float) -> bool:
    """Whether it says that it is running since longer than that."""
    return run.status == "RUNNING" and run.start_time is not None and now - as_utc(run.start_time) > timedelta(days)


def happened(run: Run, zone: ZoneInfo, now: datetime) -> str:
    """When, by whom, from what and how long: `Started by ann on 12 Nov 09:10 from train.py, took 3 min 05 s`."""
    person = f" by {one_line(run.user, 60)}" if run.user else ""
    begun = f" on {when(run.start_time, zone, now=now)}" if run.start_time else " at a time that was not recorded"
    source = f" from {one_line(run.source_name, 80)}" if run.source_name else ""
    return f"Started{person}{begun}{source}{_took(run)}."


def _took(run: Run) -> str:
    if run.start_time is None or run.end_time is None:
        return "" if run.status in ("RUNNING", "SCHEDULED") else ", its end was not recorded"
    return f", took {duration_text((run.end_time - run.start_time).total_seconds())}"


def warnings(run: Run, now: datetime, days: float) -> list[str]:
    """What must be known before anything of the run is relied on."""
    said = []
    if run.deleted == "run":
        said.append("It was deleted in MLflow, which may remove it for good: restore it there to keep it.")
    elif run.deleted == "experiment":
        said.append("Its experiment was deleted in MLflow, which may remove both for good.")
    if is_stale(run, now, days):
        assert run.start_time is not None
        since = span(now - as_utc(run.start_time))
        said.append(f"It has said RUNNING for {since}: most likely its process died, and what it holds is not whole.")
    elif run.status == "RUNNING":
        said.append("It was still running at the last refresh: what it holds is not whole yet.")
    if run.status in ("FAILED", "KILLED"):
        ended = "failed" if run.status == "FAILED" else "was stopped"
        said.append(f"It {ended}: what it holds may not be whole.")
    return said
