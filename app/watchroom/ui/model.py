"""The head of the page of one model: purpose, people, risk, what is live; its tabs are in `model_tabs`."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model, Sheet
from watchroom.ui import wording
from watchroom.ui.model_tabs import Page, show_tabs
from watchroom.ui.navigation import go, link
from watchroom.ui.room import ask, reading
from watchroom.ui.rows import badge, issue_rows, quiet, tier_badge
from watchroom.ui.scope import scope
from watchroom.ui.states import figure, header, no_models, unknown_model
from watchroom.ui.text import UNKNOWN, day, one_line, plain, span
from watchroom.ui.workspace import facts

QUESTION = "What is this model, whose is it, what is live, and how do I use it?"
SHOWN_ROLES = ("business", "data_science", "operations", "on_call", "reviewer", "deputy")
NEEDED_ROLES = (*queries.OWNER_ROLES, "reviewer")
_LINKABLE = ("https://", "http://")


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
    _figures(page)
    _about(page)
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
    st.markdown(f"{tier_badge(model.tier)} {badge(model.task or 'task unknown')} {registered} {named}")
    st.text(model.purpose or page.sheet.description or "Its purpose is unknown: nobody has written it down.")
    if model.issues:
        with st.container(border=True):
            issue_rows(model)


def _figures(page: Page) -> None:
    model, now = page.model, page.made_at.replace(tzinfo=None)
    with st.grid(4, min_column_width=180):
        figure("Champion", _version(model.champion), _since(page))
        figure("Approval of the champion", (model.approval or "–").capitalize(), _approval(model))
        challenger = "might replace the champion" if model.challenger else "no such alias"
        figure("Challenger", _version(model.challenger), challenger)
        newest = f"registered {span(now - model.latest_at)} ago" if model.latest_at else "time unknown"
        figure("Newest version", _version(model.latest), newest if model.latest else "none registered")


def _version(version: int | None) -> str:
    return f"Version {version}" if version is not None else "None"


def _since(page: Page) -> str:
    if page.model.champion is None:
        return "no such alias"
    if page.model.champion_since is None:
        return "since when is unknown"
    seen = day(page.model.champion_since, facts().zone, now=page.made_at)
    return f"since before {seen}" if page.model.champion_before else f"seen since {seen}"


def _approval(model: Model) -> str:
    words = {
        "valid": "evidence unchanged",
        "void": "evidence has changed",
        "rejected": "it was turned down",
        "none": "nobody has signed",
    }
    return words.get(model.approval or "", "no champion")


def _about(page: Page) -> None:
    people, reliance, risk = st.columns(3, gap="small")
    with people, st.container(border=True, height="stretch"):
        st.markdown("**Who holds it**")
        _people(page.model)
    with reliance, st.container(border=True, height="stretch"):
        st.markdown("**Who relies on it**")
        _reliance(page.sheet)
    with risk, st.container(border=True, height="stretch"):
        st.markdown("**Risk**")
        _risk(page.model, page.sheet)


def _people(model: Model) -> None:
    lines = []
    for role in SHOWN_ROLES:
        person = model.owner(role)
        if person is None and role not in NEEDED_ROLES:
            continue
        held = plain(person, 80) if person else ":red[:material/person_off: nobody]"
        lines.append(f":gray[{wording.ROLE_NAMES[role].capitalize()}]: {held}")
    st.markdown("  \n".join(lines))


def _reliance(sheet: Sheet) -> None:
    if sheet.affects:
        st.markdown("\n".join(f"- {plain(who, 100)}" for who in sheet.affects))
    else:
        st.markdown(f":gray[{UNKNOWN.capitalize()}: `affects` is not filled in.]")
    st.caption("Runbook")
    if sheet.runbook and sheet.runbook.startswith(_LINKABLE):
        st.link_button(one_line(sheet.runbook, 40), sheet.runbook, icon=":material/open_in_new:", type="tertiary")
    else:
        st.text(sheet.runbook or "None is given.")


def _risk(model: Model, sheet: Sheet) -> None:
    axes = (("Business", sheet.risk_business), ("Legal", sheet.risk_legal), ("Ethical", sheet.risk_ethical))
    st.markdown("  \n".join(f":gray[{axis}]: {plain(level or UNKNOWN)}" for axis, level in axes))
    st.text(sheet.risk_reason or ("No reason is given." if model.tier else "Nobody has assessed it."))
