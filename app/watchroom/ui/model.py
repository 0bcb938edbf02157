"""The head of the page of one model: purpose, issues, what is champion.

People and risk are in `model_about`, its tabs in `model_tabs`.
"""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model
from watchroom.ui import moved, notebook, take_home
from watchroom.ui.identity import current_user
from watchroom.ui.lights import NAMES, icon
from watchroom.ui.model_about import UNTIL_MENDED, about, on_call
from watchroom.ui.model_tabs import Page, show_tabs
from watchroom.ui.navigation import go, link, page_info
from watchroom.ui.room import ask, reading
from watchroom.ui.rows import badge, issue_rows, quiet, tier_badge
from watchroom.ui.scope import scope
from watchroom.ui.states import header, no_models, unknown_model
from watchroom.ui.text import day, one_line, plain, sentence, some, span, when
from watchroom.ui.workspace import facts

QUESTION = page_info("model").question
OPERATIONS = "operations"

FIGURE_WIDTH = 150
"""Pixels that a figure needs at least: two stand beside one another on a telephone."""


def show() -> None:
    """The whole page, for the model of the scope."""
    every = ask(queries.overview)
    chosen = scope()
    if chosen.model is None:
        _choose(every)
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        header("Model", QUESTION)
        unknown_model(chosen.model, tuple(model.name for model in every))
        link("models", "All models", icon=":material/arrow_back:")
        return
    st.set_page_config(page_title=f"{one_line(found.title, 60)} · Watchroom")
    sheet = ask(queries.sheet, model=found.name)
    assert sheet is not None, "the overview and the sheet read the same table"
    with reading() as snapshot:
        page = Page(found, sheet, snapshot.made_at, chosen)
    _head(page)
    moved.say(found.name)
    operates = current_user().role == OPERATIONS
    if operates:
        on_call(found, sheet)
    _figures(page)
    about(found, sheet, runbook_shown=operates)
    show_tabs(page)


def _choose(every: tuple[Model, ...]) -> None:
    header("Model", QUESTION)
    if not every:
        no_models()
        return
    with st.container(border=True):
        st.markdown("**Which model?**")
        names = {model.name: one_line(model.title, 80) for model in every}
        picked = st.selectbox(
            "Model to open", list(names), index=None, format_func=names.__getitem__, placeholder="Choose a model",
            label_visibility="collapsed",
        )  # fmt: skip
        if picked is not None:
            go("model", model=picked)
        link("models", "See all models", icon=":material/arrow_forward:")


def _head(page: Page) -> None:
    model = page.model
    link("models", "All models", icon=":material/arrow_back:")
    header(model.title, QUESTION, trusted=False)
    registered = badge("registered" if model.registered else "not registered")
    named = quiet(f"in MLflow: {plain(model.name, 100)}") if model.title != model.name else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"{tier_badge(model.tier)} {badge(model.task or 'task unknown')} {registered} {named}"
        st.markdown(said, width="content")
        notebook.pin("model", model.name)
        if model.task:
            take_home.show(model.name)
            link("new_project", "Start one like it", icon=":material/rocket_launch:", params={"like": model.name})
    unknown = UNTIL_MENDED if model.unreadable else "unknown: nobody has written it down"
    st.text(model.purpose or page.sheet.description or f"Its purpose is {unknown}.")
    _health(model)
    if model.issues:
        with st.container(border=True, gap="xsmall"):
            issue_rows(model)
            if model.broken and model.read_at is not None:
                read = when(model.read_at, facts().zone, now=page.made_at)
                st.caption(plain(f"Its file has a mistake; shown as it was read on {read}"))


def _health(model: Model) -> None:
    """The light of the version in service, with the way to why it is that, and to what was live when."""
    if model.light is None:
        if model.versions:
            _versions(model)
        return
    told = any(found.kind.startswith("light_") for found in model.issues)  # then its reason stands among them
    why = model.light_reason or ("within its limits" if model.light == "stable" else "")
    because = f": {sentence(why, 240)}" if why and not told else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon(model.light)} **{NAMES.get(model.light, plain(model.light))}**{because}")
        link("health", "See its health", icon=":material/arrow_forward:", params={"model": model.name})
        link("explanations", "What drives it", icon=":material/query_stats:", params={"model": model.name})
        link("fairness", "Fairness", icon=":material/balance:", params={"model": model.name})
        link("decision", "One decision", icon=":material/gavel:", params={"model": model.name})
        _versions(model)


def _versions(model: Model) -> None:
    link("versions", "What was live when", icon=":material/history:", params={"model": model.name})


def _figures(page: Page) -> None:
    model, now = page.model, page.made_at.replace(tzinfo=None)
    with st.grid(4, min_column_width=FIGURE_WIDTH):
        _figure("Champion", _version(model.champion), _since(page))
        _figure("Champion's approval", (model.approval or "–").capitalize(), _approval(model))
        _figure("Challenger", _version(model.challenger), _challenger(model))
        newest = f"registered {span(now - model.latest_at)} ago" if model.latest_at else "time unknown"
        _figure("Newest version", _version(model.latest), newest if model.latest else "none registered")


def _figure(label: str, value: str, note: str) -> None:
    """As `figure`, but the note is a caption: it goes over several lines, where that of a metric is cut."""
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(label, value)
        st.caption(plain(note))


def _version(version: int | None) -> str:
    return f"Version {version}" if version is not None else "None"


def _since(page: Page) -> str:
    if page.model.champion is None:
        return "no such alias"
    if page.model.champion_since is None:
        return "since when is unknown"
    seen = day(page.model.champion_since, facts().zone, now=page.made_at)
    return f"since before {seen}" if page.model.champion_before else f"seen since {seen}"


def _challenger(model: Model) -> str:
    if model.challenger is None:
        return "no such alias"
    if model.challenger == model.champion:
        return "is the champion itself: move or remove the alias"
    return "might replace the champion"


def _approval(model: Model) -> str:
    signed = some([one_line(role, 40).replace("_", " ") for role in model.signed_by], 4)
    words = {
        "valid": f"signed by {signed}" if signed else "evidence unchanged",
        "void": "evidence has changed",
        "rejected": "it was turned down",
        "none": "nobody has signed",
    }
    return words.get(model.approval or "", "no champion")
