"""The words of an incident capsule: its README, and the commands that ask the snapshot the same questions again."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import datetime

from watchroom.reports.capsule_log import FETCH
from watchroom.store.queries.alerts import Alert
from watchroom.store.queries.incident import Incident
from watchroom.workspace.model_file import ModelSpec

_UNPRINTABLE = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")

_ABOUT = {
    "alert.json": "the alert as the snapshot has it",
    "commands.sh": "the questions to the snapshot, for a shell",
    FETCH: "fetches the decisions of the window from the log",
    "load_model.py": "loads the version with MLflow",
    "model.json": "the model's file as it was, defaults filled in",
    "registry.json": "the aliases at the end of the window, and every change of the registry that was seen",
    "version.json": "the version with its run, commit, params, metrics, the digests of its data, and its reference",
    "window/bins.csv": "the feature's bins: the reference beside the window",
    "window/days.csv": "the same counts day by day",
    "window/errors.csv": "sums of errors: the window's days, and the reference (no day)",
    "window/outcomes.csv": "decisions by score, prediction and outcome: the window's days, and the reference (no day)",
    "window/values.csv": "the value behind the alert over time, with its limits",
    "window/volume.csv": "decisions by day, four weeks before the window and in it",
}

_TABLES = {"drift": ("drift", "feature"), "quality": ("quality", "feature"), "performance": ("performance", "metric")}
_VALUES = {
    "drift": "value, watch, drifted, noise",
    "quality": "share, reference_share",
    "performance": "kind, value, watch, failing",
}


@dataclass(frozen=True)
class Contents:
    """What the capsule was made from, and the files in it besides the README."""

    snapshot: str
    made_at: datetime
    files: tuple[str, ...]
    spec: ModelSpec | None


def readme(found: Incident, contents: Contents) -> str:
    """What happened, since when, and how to bring it back, in Markdown; texts from outside stand as code."""
    alert = found.alert
    parts = [
        f"# Incident {code(alert.alert_id)}",
        _what(alert),
        f"Made from snapshot {code(contents.snapshot)} of {contents.made_at:%Y-%m-%d %H:%M} UTC. All times are UTC; "
        "days are UTC days, the last one included.",
        "## What was seen",
        _facts(found),
        "## The version",
        _version(found),
        "## The decisions behind it",
        _rows(alert, contents),
        "## How to reproduce it",
        _steps(contents),
        "## What is in here",
        "\n".join(f"- `{name}`: {_ABOUT[name]}" for name in contents.files),
    ]
    return "\n\n".join(parts) + "\n"


def _what(alert: Alert) -> str:
    if alert.signal == "approval":
        return (
            f"Version {alert.version} of the model {code(alert.model)} serves without a valid approval, "
            f"since {alert.since or 'an unknown day'} ({alert.severity})."
        )
    about = f" of {code(alert.feature)}" if alert.feature else ""
    return (
        f"{alert.signal.capitalize()}{about} of the model {code(alert.model)} is beyond its limit: "
        f"{_against(alert)}, since {alert.since or 'an unknown day'} ({alert.severity})."
    )


def _against(alert: Alert) -> str:
    """The value against the limit, which is in its unit."""
    if alert.signal == "quality" and alert.value is not None and alert.limit is not None:
        return f"{alert.value:.1%} missing, unseen or invalid, limit {alert.limit:.1%}".replace("%", " %")
    return f"value {_number(alert.value)}, limit {_number(alert.limit)}"


def _facts(found: Incident) -> str:
    alert = found.alert
    window = f"{alert.period_start} to {alert.period_end}" if alert.period_start else "unknown"
    limit = " of the decisions, the reference's share included" if alert.signal == "quality" else ""
    rows = (
        ("Model", f"{code(alert.title)}, version {_or_unknown(alert.version)}"),
        ("Method or metric", code(alert.method) if alert.method else "none"),
        ("Limit", f"{_number(alert.limit)}{limit}"),
        ("Window", window),
        ("Decisions in it", f"{alert.n:,}" if alert.n is not None else "unknown"),
        ("Raised", f"{alert.raised_at:%Y-%m-%d %H:%M}" if alert.raised_at else "unknown"),
        ("State", alert.state),
        ("Has it", code(alert.owner) if alert.owner else "nobody"),
        ("Runbook", code(alert.runbook) if alert.runbook else "none"),
        ("Reference", _reference(found)),
    )
    return "\n".join(f"- {name}: {value}" for name, value in rows)


def _reference(found: Incident) -> str:
    held = found.reference
    if not held:
        return "unknown"
    rows = f", {held['n']:,} rows" if "n" in held else ""
    return f"{code(held.get('place', held.get('source', 'unknown')))}{rows}"


def _version(found: Incident) -> str:
    run, alert = found.run, found.alert
    dirty = " with uncommitted changes" if run.get("dirty") is True else ""
    aliases = ", ".join(f"{code(name)} → version {version}" for name, version in sorted(found.aliases.items()))
    digests = ", ".join(
        f"{code(row['name'])} {code(row['digest'])}" for row in found.inputs.to_dict("records") if row.get("digest")
    )
    rows = (
        ("Version", _or_unknown(alert.version)),
        ("Run", code(run["run_id"]) if "run_id" in run else "unknown"),
        ("Commit", f"{code(run['commit'])}{dirty}" if "commit" in run else "unknown"),
        ("Data it was trained on", digests or "unknown"),
        ("Aliases at the end of the window", aliases or "unknown"),
    )
    return "\n".join(f"- {name}: {value}" for name, value in rows)


def _rows(alert: Alert, contents: Contents) -> str:
    counted = f"{alert.n:,} decisions" if alert.n is not None else "An unknown number of decisions"
    if FETCH not in contents.files:
        return f"{counted} in the window. The model's file names no log, so they cannot be fetched."
    return (
        f"{counted} in the window. The snapshot holds counts, not rows: `python {FETCH} WORKSPACE rows.csv` fetches "
        "them from the log, with their outcomes where there are any. It needs the Python package `duckdb`."
    )


def _steps(contents: Contents) -> str:
    steps = [f"`python {FETCH} WORKSPACE rows.csv`: the decisions themselves."] if FETCH in contents.files else []
    if "load_model.py" in contents.files:
        steps.append("`python load_model.py`: the version, loaded with MLflow, to be run on those rows.")
    steps.append("`sh commands.sh`: the same figures from the snapshot, and a refresh to see whether it still holds.")
    return "\n".join(f"{place}. {step}" for place, step in enumerate(steps, 1))


def commands(found: Incident, folder: str, tracking_uri: str) -> str:
    """The shell script that asks the snapshot again, then refreshes it; every text is a quoted literal."""
    alert = found.alert
    lines = [
        "#!/bin/sh",
        "# Asks the snapshot the same questions, then refreshes it. WORKSPACE may be set to another.",
        "set -e",
    ]
    lines.append(f'[ -n "${{WORKSPACE:-}}" ] || WORKSPACE={shlex.quote(folder or ".")}')
    lines.append('ask() { watchroom sql "$1" --workspace "$WORKSPACE" --format csv; }')
    for title, sql in _questions(alert):
        lines += ["", f"# {title}", f"ask {shlex.quote(sql)}"]
    run_id = found.version.get("run_id")
    if run_id:
        lines += ["", "# What the run of the version logged (needs MLflow)"]
        lines += [f"# export MLFLOW_TRACKING_URI={shlex.quote(_one_line(tracking_uri))}"] if tracking_uri else []
        lines.append(f"# mlflow artifacts download --run-id {shlex.quote(_one_line(str(run_id)))} --dst-path run")
    lines += [
        "",
        "# Whether it still holds",
        'watchroom refresh --workspace "$WORKSPACE"',
        f"ask {shlex.quote(_now(alert))}",
    ]
    return "\n".join(lines) + "\n"


def _questions(alert: Alert) -> list[tuple[str, str]]:
    where = f"model = {literal(alert.model)} and version = {alert.version if alert.version is not None else 'null'}"
    days = f"day between {_day(alert.period_start)} and {_day(alert.period_end)}"
    found = [("The alert", _now(alert))]
    if alert.signal in _TABLES:
        table, column = _TABLES[alert.signal]
        found.append(
            (
                "Its value over time",
                f"select period_end, {_VALUES[alert.signal]}, status, n from {table} where {where} and {column} = "
                f"{literal(alert.feature)} and grain = 'last_7_days' order by period_end",
            )
        )
    if alert.signal == "explanation":
        found.append(
            (
                "What drove it month by month",
                f"select period_start, feature, share, rank, n from shap_global where {where} and grain = 'month' "
                "order by 1, rank",
            )
        )
    if alert.signal == "kpi":
        found.append(
            (
                "The KPI week by week",
                f'select period_start, value, target, "limit", status, n, decisions from kpi_values where model = '
                f"{literal(alert.model)} and kpi = {literal(alert.feature)} and version is null and grain = 'week' "
                "order by 1",
            )
        )
    if alert.signal in ("drift", "quality"):
        feature = f"feature = {literal(alert.feature)}"
        found.append(
            (
                "The window beside the reference",
                "select b.bin, b.lower, b.upper, b.value, b.reference, coalesce(c.n, 0) as n from "
                f"(select * from profile_bins where {where} and {feature}) b left join (select bin, sum(n) as n from "
                f"profile_counts where {where} and {feature} and {days} group by bin) c on c.bin = b.bin order by 1",
            )
        )
    found.append(
        ("Decisions by day", f"select day, decisions, labelled from volume where {where} and {days} order by day")
    )
    return found


def _now(alert: Alert) -> str:
    return f"select * from alerts where alert_id = {literal(alert.alert_id)}"


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _day(day: object) -> str:
    return f"date '{day}'" if day is not None else "null"


def code(text: object) -> str:
    """A text from outside as code in Markdown: one line, in more backticks than it has in a row."""
    line = _one_line(str(text))
    ticks = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    around = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{around}{line}{around}{ticks}" if line else "(empty)"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", _UNPRINTABLE.sub(" ", text)).strip()


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.6g}"


def _or_unknown(value: object) -> str:
    return "unknown" if value is None else str(value)
