"""The parts of the Models page: the choice, the table, and the way from a row to the page of one model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd
import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries import pins as pin_queries
from watchroom.store.queries.models import TIERS, Model
from watchroom.ui import wording
from watchroom.ui.lights import UNKNOWN_LIGHT, light_column
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, drawn, reading, room
from watchroom.ui.states import empty, no_models, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, day, one_line, plain, span, when
from watchroom.ui.workspace import facts

UNKNOWN_OPTION = "unknown"
NOBODY = "nobody"
TABLE = "models_table"
ROW_HEIGHT = 36
PINNED = "📌 "
"""Before the name of a model that somebody pinned; those stand first."""


def show() -> None:
    """The whole page below its question."""
    every = ask(queries.overview)
    if not every:
        no_models()
        return
    chosen = _choose(every)
    _count(chosen, every)
    if not chosen:
        empty("No model fits this choice.", "Take away one of the filters above.")
        return
    _table(chosen[: room().settings.page_rows])
    truncated(min(len(chosen), room().settings.page_rows), len(chosen), "models")
    download("Download as CSV", "models", lambda: table(chosen, local=False))


def _choose(every: tuple[Model, ...]) -> tuple[Model, ...]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        hint = "Name, purpose or person"
        text = st.text_input("Search", key="find", bind="query-params", placeholder=hint, width=240)
        tiers = _pick("Tier", "tier", _in_order((model.tier for model in every), TIERS))
        tasks = _pick("Task", "task", _in_order((model.task for model in every), ()))
        owners = _pick("Owner", "owner", _people(every))
        troubled = st.toggle("Needs attention", key="attention", bind="query-params")
    pins = ask(pin_queries.pinned, kind="model")
    return tuple(
        model
        for model in sorted(every, key=lambda model: model.name not in pins)
        if _says(model, text or "")
        and (not tiers or (model.tier or UNKNOWN_OPTION) in tiers)
        and (not tasks or (model.task or UNKNOWN_OPTION) in tasks)
        and (not owners or bool(set(owners) & _holders(model)))
        and (not troubled or bool(model.issues))
    )


def _pick(label: str, key: str, options: list[str]) -> list[str]:
    return list(st.multiselect(label, options, key=key, bind="query-params", placeholder="Any", width=150))


def _in_order(found: Iterable[str | None], order: tuple[str, ...]) -> list[str]:
    values = {value or UNKNOWN_OPTION for value in found}
    known = [value for value in order if value in values]
    others = sorted(values - set(known) - {UNKNOWN_OPTION})
    return [*known, *others, *([UNKNOWN_OPTION] if UNKNOWN_OPTION in values else [])]


def _people(every: tuple[Model, ...]) -> list[str]:
    people = {person for model in every for _, person in model.owners}
    others = {holder for model in every if not model.owners for holder in _holders(model)}
    return [*sorted(people, key=str.lower), *sorted(others)]


def _holders(model: Model) -> set[str]:
    return {person for _, person in model.owners} or {UNKNOWN_OPTION if model.unreadable else NOBODY}


def _says(model: Model, text: str) -> bool:
    """Whether every word stands somewhere in the model's name, purpose or people."""
    people = " ".join(person for _, person in model.owners)
    held = f"{model.name} {model.title} {model.purpose or ''} {people}".casefold()
    return all(word in held for word in text.casefold().split())


def _count(chosen: tuple[Model, ...], every: tuple[Model, ...]) -> None:
    troubled = sum(bool(model.issues) for model in chosen)
    of_all = "" if len(chosen) == len(every) else f" of {len(every):,}"
    after = " after the pinned ones" if ask(pin_queries.pinned, kind="model") else ""
    with reading() as snapshot:
        made = when(snapshot.made_at, facts().zone, now=snapshot.made_at)
    st.caption(
        f"{len(chosen):,}{of_all} {plain('model' if len(chosen) == 1 and not of_all else 'models')} · "
        f"{count_of(troubled, 'needs', 'need')} attention, first in the table{after} · "
        f"as of the snapshot of {plain(made)}"
    )


def _table(chosen: tuple[Model, ...]) -> None:
    names = tuple(model.name for model in chosen)
    picked = st.dataframe(
        drawn(_shown, names=names),
        key=TABLE,
        hide_index=True,
        height=min(len(chosen), 18) * ROW_HEIGHT + ROW_HEIGHT + 3,
        row_height=ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        alt=f"{len(chosen):,} models with their light, tier, champion, approval, owners and open issues",
    )
    st.caption(":material/ads_click: Click a row to open the model's page, or choose it under Model in the sidebar.")
    cells = picked["selection"]["cells"]
    if cells:
        go("model", model=chosen[cells[0][0]].name)


_COLUMNS = {
    "Model": st.column_config.TextColumn(width="medium"),
    "Health": light_column("Health"),
    "Needs attention": st.column_config.TextColumn(width=340),
    "Versions": st.column_config.NumberColumn(width="small"),
}


def _shown(*, names: tuple[str, ...]) -> pd.DataFrame:
    every = {model.name: model for model in ask(queries.overview)}
    pins = ask(pin_queries.pinned, kind="model")
    shown = table(tuple(every[name] for name in names), local=True)
    shown["Model"] = [
        f"{PINNED if name in pins else ''}{title}" for name, title in zip(names, shown["Model"], strict=True)
    ]
    return shown


def table(models: tuple[Model, ...], *, local: bool) -> pd.DataFrame:
    """The models as a table: for the screen in words (`local`), or for a file with plain values in UTC."""
    with reading() as snapshot:
        now = snapshot.made_at.replace(tzinfo=None)
    return pd.DataFrame([_screen_row(model, now) if local else _file_row(model) for model in models])


def _screen_row(model: Model, now: datetime) -> dict[str, object]:
    return {
        "Model": one_line(model.title, 80),
        "Health": [model.light or UNKNOWN_LIGHT],
        "Needs attention": wording.issues(model) or "–",
        "Tier": model.tier or UNKNOWN_OPTION,
        "Champion": f"version {model.champion}" if model.champion else "none",
        "Champion since": _reign(model, now),
        "Approval": model.approval or "–",
        "Business": _holder(model, "business"),
        "Data science": _holder(model, "data_science"),
        "Operations": _holder(model, "operations"),
        "Newest version": f"version {model.latest}, {_age(model.latest_at, now)} old" if model.latest else "none",
        "Challenger": f"version {model.challenger}" if model.challenger else "–",
        "Task": model.task or UNKNOWN_OPTION,
        "Versions": model.versions,
        "Registered as": one_line(model.name, 80) if model.registered else "not registered",
    }


def _holder(model: Model, role: str) -> str:
    """Who holds a role; of a file that could not be read nobody knows whether it names one."""
    return model.owner(role) or (UNKNOWN_OPTION if model.unreadable else NOBODY)


def _age(moment: datetime | None, now: datetime) -> str:
    return span(now - moment) if moment is not None else UNKNOWN_OPTION


def _reign(model: Model, now: datetime) -> str:
    """The day on which the champion was first seen; it may have been champion before the first refresh looked."""
    if model.champion is None:
        return "–"
    seen = day(model.champion_since, facts().zone, now=now)
    return f"before {seen}" if model.champion_before else seen


def _file_row(model: Model) -> dict[str, object]:
    owners = {f"owner_{role}": person for role, person in model.owners}
    columns = ("title", "registered", "file", "task", "tier", "purpose", "champion", "champion_since",
               "champion_before", "approval",
               "approval_reason", "challenger", "versions", "latest", "latest_at", "light", "light_reason")  # fmt: skip
    held = {column: getattr(model, column) for column in columns}
    return {"model": model.name, **held, **owners, "issues": wording.issues(model)}
