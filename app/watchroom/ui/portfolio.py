"""The Portfolio page: what gets to production, how fast, how safely, and what it returns."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.reports import portfolio_words as words
from watchroom.reports.portfolio_facts import Facts
from watchroom.store.queries import models as model_queries
from watchroom.ui import portfolio_delivery, portfolio_funnel, portfolio_trend, take_home
from watchroom.ui.following import pick_view
from watchroom.ui.navigation import link
from watchroom.ui.portfolio_choice import choose
from watchroom.ui.portfolio_facts import facts_of, rows
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, scope
from watchroom.ui.states import empty, page_header, sourced, unknown_model
from watchroom.ui.text import plain
from watchroom.ui.workspace import facts

PAGE = "portfolio"
VIEW = "view"


def show() -> None:
    """The whole page."""
    page_header(PAGE)
    found, chosen = rows(), scope().model
    known = ask(model_queries.names)
    if chosen is not None and chosen not in known:
        unknown_model(chosen, known)
        return
    if not found.projects:
        empty(
            "There is no project yet.",
            "A project is a registered model, a file under models/, or an experiment with runs. Refresh after the "
            "first of them; a snapshot made before this page was there needs a refresh too.",
            command="watchroom refresh",
        )
        return
    if chosen is not None:
        link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    told = facts_of(choose())
    if not told.models and not told.projects:
        empty("No project fits this choice.", "Take away one of the filters above.")
        return
    _answer(told)
    _views(told)


def _answer(told: Facts) -> None:
    st.subheader(plain(words.answer(told, facts().currency), 900), anchor=False)
    portfolio_delivery.figures(told)
    portfolio_delivery.definitions()
    st.caption(sourced(period(told), len(told.projects), "project"))
    take_home.show()


def period(told: Facts) -> str:
    """What of time is looked at."""
    return told.choice.quarter.title if told.choice.quarter else "all time"


def _views(told: Facts) -> None:
    _VIEWS[pick_view(list(_VIEWS), VIEW)](told)


def _value(told: Facts) -> None:
    from watchroom.ui import portfolio_value  # who looks at something else does not pay for its charts

    portfolio_value.show(told)


def _cost(told: Facts) -> None:
    from watchroom.ui import portfolio_work

    portfolio_work.show(told)


def _reuse(told: Facts) -> None:
    from watchroom.ui import portfolio_reuse

    portfolio_reuse.show(told)


def _actions(told: Facts) -> None:
    from watchroom.ui import actions

    actions.show(None, told.models)


_VIEWS: dict[str, Callable[[Facts], None]] = {
    "Funnel": portfolio_funnel.show,
    "Delivery": portfolio_delivery.show,
    "Value": _value,
    "Next actions": _actions,
    "Experiments": _cost,
    "Reuse": _reuse,
    "By quarter": portfolio_trend.show,
}
