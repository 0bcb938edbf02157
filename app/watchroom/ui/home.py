"""The parts of Home and the order in which each role sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import streamlit as st

from watchroom.charts.runs import runs_per_day
from watchroom.charts.style import Chart
from watchroom.domain.glossary import meaning
from watchroom.store.queries import home as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import status as status_queries
from watchroom.store.queries.models import Event, FirstSight, Model
from watchroom.ui import home_actions, home_judged, home_news, home_pins, wording
from watchroom.ui.identity import ROLES, current_user
from watchroom.ui.lights import UNKNOWN_LIGHT, light_column
from watchroom.ui.navigation import link
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn, old_after, reading, room
from watchroom.ui.rows import badge, event_rows, first_sight_row, model_row
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import empty, figure, no_models, section, sourced, truncated, unknown_model
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, span, when
from watchroom.ui.versions_challenger import CHALLENGER_VIEW
from watchroom.ui.workspace import facts

ATTENTION_SHOWN = 6
"""Models in the attention list before the rest is folded away: what fits a laptop's screen."""

GLANCED = 8
"""Models in the table at a glance, those that most need attention."""

EVENTS_SHOWN = 8
"""Changes shown before the rest is folded away."""

EVENTS_UNFOLDED = 50
"""Changes that are drawn when the rest is unfolded; the table has more."""

EVENTS_KEPT = 500
"""The most changes that are read for the page; the rest is said to be there."""

ORDER: dict[str, tuple[str, str, str, str]] = {
    "business": ("attention", "changes", "models", "runs"),
    "data_science": ("runs", "changes", "attention", "models"),
    "operations": ("attention", "changes", "models", "runs"),
    "reviewer": ("attention", "changes", "models", "runs"),
    "admin": ("attention", "changes", "models", "runs"),
}
"""The parts in the order of the role: what it acts on first stands first."""


@dataclass(frozen=True)
class RunsStarted:
    """The runs of a period: by day and status, by status with the most frequent first, in all, and drawn.

    `chart` is None when there are none.
    """

    days: pd.DataFrame
    by_status: tuple[tuple[str, int], ...]
    total: int
    chart: Chart | None


@dataclass(frozen=True)
class View:
    """What the page shows, read once."""

    scope: Scope
    role: str
    made_at: datetime
    models: tuple[Model, ...]
    events: tuple[Event, ...]
    event_count: int
    first_sight: FirstSight | None
    runs: RunsStarted
    hanging: queries.Hanging
    problems: dict[str, status_queries.ProblemCount]


def show() -> None:
    """The whole page below its question."""
    chosen = scope()
    models = ask(model_queries.overview)
    if chosen.model is not None:
        names = tuple(model.name for model in models)
        if chosen.model not in names:
            unknown_model(chosen.model, names)
            return
        models = tuple(model for model in models if model.name == chosen.model)
    view = _view(chosen, models)
    home_news.show(chosen.model, view.role)
    home_actions.show(chosen.model, view.role)
    _figures(view)
    home_pins.show(chosen.model, view.made_at)
    parts: dict[str, Callable[[View], None]] = {
        "attention": _attention,
        "changes": _changes,
        "models": _models,
        "runs": _runs,
    }
    wide, narrow = st.columns([3, 2], gap="medium")
    for place, name in zip((wide, narrow, wide, narrow), ORDER[view.role], strict=True):
        with place:
            parts[name](view)


def _view(chosen: Scope, models: tuple[Model, ...]) -> View:
    period = {"start": chosen.period.start_utc, "end": chosen.period.end_utc, "model": chosen.model}
    with reading() as snapshot:
        made_at = snapshot.made_at
    since = made_at - timedelta(days=room().settings.stale_running_days)
    count, events = ask(model_queries.events, **period, limit=EVENTS_KEPT, changes_only=True)  # type: ignore[arg-type]
    return View(
        scope=chosen,
        role=current_user().role,
        made_at=made_at,
        models=models,
        events=events,
        event_count=count,
        first_sight=ask(model_queries.first_sight, **period),  # type: ignore[arg-type]
        runs=drawn(_runs_started, first=chosen.period.first_day, last=chosen.period.last_day, model=chosen.model),
        hanging=ask(queries.hanging, started_before=since.astimezone(UTC).replace(tzinfo=None), model=chosen.model),
        problems=ask(status_queries.problem_counts, model=chosen.model),
    )


def _figures(view: View) -> None:
    troubled = [model for model in view.models if model.issues]
    mine = [model for model in troubled if _waits_for(model, view.role)]
    live = sum(model.champion is not None for model in view.models)
    period = view.scope.period.label
    with st.grid(4, min_column_width=150):
        figure("Models", number(len(view.models)), f"{live} with a champion", help=meaning("champion"))
        figure("Need attention", number(len(troubled)), f"{_waits(len(mine))} for {ROLES[view.role].lower()}")
        figure("Registry changes", number(view.event_count), period, help=meaning("registry event"))
        figure("Runs started", number(view.runs.total), period)


def _waits(count: int) -> str:
    return f"{number(count)} {'waits' if count == 1 else 'wait'}"


def _waits_for(model: Model, role: str) -> bool:
    return any(role in wording.WAITS_FOR.get(issue.kind, ()) for issue in model.issues)


def _attention(view: View) -> None:
    section("Needs attention")
    troubled = [model for model in view.models if model.issues]
    mine = [model for model in troubled if _waits_for(model, view.role)]
    others = [model for model in troubled if not _waits_for(model, view.role)]
    rows = [*_room_issues(view)]
    judged = home_judged.lines(view.scope) if view.role in home_judged.ROLES else []
    st.caption("Looked at: health, targets, money, owners, approvals, files, registry, the refresh.")
    with st.container(border=True, gap="small"):
        for text, kind in rows:
            _room_row(text, kind)
        for text, page, params in judged:
            _judged_row(text, page, params)
        takers = home_judged.challengers(view.models)
        for model in view.models:
            if model.name in takers and not model.issues:
                _challenger_row(model.name, f"{one_line(model.title, 60)}: {takers[model.name]}")
        if not troubled and not rows and not judged and not takers:
            st.markdown(":green[:material/check_circle:] Nothing needs attention.")
        if mine:
            st.caption(f"Waits for {ROLES[view.role].lower()}")
        _model_rows(mine, "mine")
        if others:
            st.caption("Also open, with another role" if mine else "Open, with another role")
        _model_rows(others, "others", shown=max(ATTENTION_SHOWN - len(mine), 2))
    if troubled:
        download("All of it as a table", "needs-attention", lambda: attention_table(tuple(troubled)))


def _room_issues(view: View) -> list[tuple[str, str]]:
    found = []
    failure = room().store.folder.last_failure
    age = datetime.now(UTC) - view.made_at
    if failure.is_file():
        found.append(("The last refresh failed; what you see is the snapshot before it.", "refresh"))
    elif age > old_after():
        found.append((f"The snapshot is {span(age)} old.", "refresh"))
    if view.hanging.runs:
        found.append((_hanging(view.hanging, view.made_at), "hanging"))
    if errors := view.problems.get("error"):
        of = f" of {view.scope.model}" if view.scope.model else ""
        found.append((f"The refresh could not read {count_of(errors.things, 'thing')}{of}.", "unread_room"))
    return found


def _hanging(hanging: queries.Hanging, made_at: datetime) -> str:
    days = f"{room().settings.stale_running_days:g} days"
    text = f"{count_of(hanging.runs, 'run says', 'runs say')} RUNNING for more than {days}"
    since = when(hanging.oldest, facts().zone, now=made_at)
    if hanging.runs > 1:
        return f"{text}, the oldest since {since}."
    where = f" in {one_line(hanging.experiment, 60)}" if hanging.experiment else ""
    return f"{text}: {one_line(hanging.name, 60)}{where}, since {since}."


_ROOM_LINKS = {
    "refresh": ("status", "See Status"),
    "unread_room": ("status", "See Status"),
    "hanging": ("runs", "See Runs"),
}


def _room_row(text: str, kind: str) -> None:
    page, label = _ROOM_LINKS[kind]
    days = room().settings.stale_running_days
    hanging = {"model": ALL_MODELS, "filter": f"status = 'RUNNING' and start_time < ago('{days:g}d')"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":orange[:material/warning:] {plain(text, 300)}", width="stretch")
        link(page, label, params=hanging if kind == "hanging" else {})


def _judged_row(text: str, page: str, params: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":orange[:material/warning:] {plain(text, 300)}", width="stretch")
        link(page, f"See {page.capitalize()}", params=params)


def _challenger_row(model: str, text: str) -> None:
    """That a challenger does better."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":blue[:material/trending_up:] {plain(text, 300)}", width="stretch")
        link("versions", "See Versions", params={"model": model, **CHALLENGER_VIEW})


def _model_rows(models: list[Model], key: str, shown: int = ATTENTION_SHOWN) -> None:
    takers = home_judged.challengers(tuple(models))

    def row(model: Model) -> None:
        model_row(model)
        if model.name in takers:
            _challenger_row(model.name, takers[model.name])

    for model in models[:shown]:
        row(model)
    if rest := models[shown:]:
        with st.expander(f"{number(len(rest))} more", key=f"more_{key}", on_change="rerun") as more:
            if more.open:
                for model in rest:
                    row(model)


def attention_table(models: tuple[Model, ...]) -> pd.DataFrame:
    """Every issue of every model as a row."""
    rows = [
        (model.name, model.tier, wording.SEVERITY_NAMES[issue.severity], wording.issue(issue), issue.version)
        for model in models
        for issue in model.issues
    ]
    return pd.DataFrame(rows, columns=["model", "tier", "severity", "issue", "version"])


def _changes(view: View) -> None:
    section("What changed in the registry")
    if not view.events and view.first_sight is None:
        empty(
            "No change was seen in this period.",
            "Each refresh compares the registry with what was last seen. Choose a longer period to look further back.",
        )
        return
    said = wording.events(view.events)
    with st.container(border=True, gap="small"):
        event_rows(said[:EVENTS_SHOWN], view.made_at)
        if rest := said[EVENTS_SHOWN:]:
            with st.expander(f"{number(len(rest))} earlier", key="more_events", on_change="rerun") as more:
                if more.open:
                    event_rows(rest[:EVENTS_UNFOLDED], view.made_at)
                    truncated(EVENTS_UNFOLDED, len(rest), "changes")
        if view.first_sight is not None:
            first_sight_row(view.first_sight, view.made_at)
    if not view.events:
        return
    st.caption(sourced(view.scope.period.label, view.event_count, "change"))
    download("All changes as a table", "registry-changes", lambda: event_table(view.events))


def event_table(events: tuple[Event, ...]) -> pd.DataFrame:
    """The changes as a table, times in UTC."""
    return pd.DataFrame([{**event.__dict__, "sentence": wording.event(event)} for event in events])


def _models(view: View) -> None:
    section("Models at a glance")
    if not view.models:
        no_models()
        return
    st.dataframe(
        drawn(_glance, model=view.scope.model),
        hide_index=True,
        column_config={"Health": light_column("Health")},
        alt=f"The {min(GLANCED, len(view.models))} models that need most attention, with light, champion and owner",
        row_height=34,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        link("models", "All models", icon=":material/arrow_forward:")
        download("As a table", "models-at-a-glance", lambda: glance(view.models))


def _glance(*, model: str | None) -> pd.DataFrame:
    models = ask(model_queries.overview)
    found = glance(tuple(one for one in models if model in (None, one.name))[:GLANCED])
    return found.assign(Health=found["Health"].map(lambda light: [light]))


def glance(models: tuple[Model, ...]) -> pd.DataFrame:
    """Models with what a glance needs; what is not known is said to be unknown."""
    return pd.DataFrame(
        {
            "Model": [model.title for model in models],
            "Health": [model.light or UNKNOWN_LIGHT for model in models],
            "Champion": [f"version {model.champion}" if model.champion else "none" for model in models],
            "Approval": [model.approval or "–" for model in models],
            "Business owner": [model.owner("business") or "nobody" for model in models],
            "Tier": [model.tier or "unknown" for model in models],
        }
    )


def _runs(view: View) -> None:
    section("Runs started")
    if view.runs.chart is None:
        empty("No run started in this period.", "Choose a longer period in the sidebar to look further back.")
        return
    _legend(view.runs)
    chart = view.runs.chart
    over_time(chart, "runs_per_day", model=view.scope.model)
    whose = f", experiments of {view.scope.model}" if view.scope.model else ", all experiments"
    st.caption(sourced(view.scope.period.label + whose, view.runs.total, "run"))
    with st.container(horizontal=True, vertical_alignment="center"):
        link("runs", "All runs", icon=":material/arrow_forward:")
        download("As a table", "runs-per-day", lambda: view.runs.days)


_LEGEND_COLOURS = {"FINISHED": "blue", "FAILED": "red", "RUNNING": "green", "KILLED": "orange"}


def _legend(runs: RunsStarted) -> None:
    """The statuses with their totals, in words: the chart's legend and its table at once."""
    badges = (
        badge(f"{number(total)} {status.lower()}", _LEGEND_COLOURS.get(status, "gray"))
        for status, total in runs.by_status
    )
    st.markdown(" ".join(badges))


def _runs_started(*, first: date, last: date, model: str | None) -> RunsStarted:
    found = ask(queries.run_days, first=first, last=last, model=model)
    totals = found.groupby("status")["runs"].sum().sort_values(ascending=False)
    by_status = tuple((str(status), int(total)) for status, total in totals.items())
    chart = None
    if not found.empty:
        chart = runs_per_day(found, max(first, pd.Timestamp(found["day"].min()).date()), last)
    return RunsStarted(found, by_status, sum(total for _, total in by_status), chart)
