"""The value of one model: the answer first, then one view of what it rests on. Only the open view asks for its data."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.reports import kpi_sentences
from watchroom.reports import value_words as money_words
from watchroom.store.queries import actions as advice
from watchroom.store.queries import kpis as queries
from watchroom.store.queries import value as money
from watchroom.store.queries.models import Model
from watchroom.ui import actions, scenario, take_home, value_targets
from watchroom.ui.following import pick_view
from watchroom.ui.health_subject import spec_of
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet, tier_badge
from watchroom.ui.scope import Scope
from watchroom.ui.text import count_of, plain, sentence
from watchroom.ui.value_status import icon
from watchroom.ui.workspace import facts

VIEW = "view"
"""The parameter of the address, and its control's key."""

_BY_THE_FILE = " :orange[:material/experiment: This is by the file's figures, not by the scenario that is open.]"


def show(model: Model, scope: Scope) -> None:
    """The page below its question."""
    _answer(model)
    _VIEWS[pick_view(list(_VIEWS), VIEW)](model, scope)


def _answer(model: Model) -> None:
    """Whether it is on target, what it earned, and what to do: what a business owner came for."""
    currency = facts().currency
    kpis = ask(queries.register, model=model.name)
    found = kpi_sentences.targets_of(kpis)
    with st.container(border=True, gap="xsmall"):
        st.subheader(f"{icon(found.status)} {sentence(kpi_sentences.answer(kpis, currency), 700)}", anchor=False)
        tried = scenario.figures(model)
        changes = scenario.texts_of(tried.changes) if tried is not None else []
        st.markdown(f":material/payments: {sentence(_money(model, currency), 700)}{_BY_THE_FILE if changes else ''}")
        st.markdown(_next(model))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            held = model.owner("business")
            who = (
                f"Answers for it: {person(held)}"
                if held
                else ":red[:material/person_off: Nobody answers for its worth.]"
            )
            st.markdown(f"{tier_badge(model.tier)} :small[{who}]", width="stretch")
            link("health", "Health", icon=":material/ecg_heart:", params={"model": model.name})
            kept = {scenario.PARAMETER: changes} if changes else {}
            link("threshold", "Threshold", icon=":material/tune:", params={"model": model.name, **kept})
            link("model", "About the model", icon=":material/deployed_code:", params={"model": model.name})
            take_home.show(model.name)


def _money(model: Model, currency: str) -> str:
    """What it earned in the last whole month, how sure that is, and how it compares with the month before."""
    spec, found = spec_of(model.name), ask(money.answer, model=model.name)
    if spec is None or spec.value is None:
        return "What it earned is not known: its file does not say what its decisions are worth."
    if found is None:
        return "What it earned is not known: no money has been worked out for it yet."
    return " ".join(
        part for part in (money_words.earned(found, spec, currency), money_words.change(found, currency)) if part
    )


def _next(model: Model) -> str:
    """What to do next, why, and who decides it, in Markdown."""
    advised = ask(advice.actions, model=model.name)
    if not advised:
        return ":material/arrow_forward: What to do next is not known: the refresh has not worked it out."
    first = advised[0]
    others = f" {count_of(len(advised) - 1, 'more thing')} to do." if advised[1:] else ""
    return (
        f"{actions.ICONS.get(first.urgency, '')} **{plain(actions.heading(first), 120)}.** "
        f"{sentence(first.reason, 500)} {quiet(actions.who(first))}{others}"
    )


def _money_view(model: Model, _scope: Scope) -> None:
    from watchroom.ui import value_money  # only who looks at money pays for its charts

    value_money.show(model)


def _runway(model: Model, _scope: Scope) -> None:
    from watchroom.ui import value_runway

    value_runway.show(model)


def _actions(model: Model, _scope: Scope) -> None:
    actions.show(model)


def _events(model: Model, _scope: Scope) -> None:
    from watchroom.ui import events_view

    events_view.show(model)


def _targets(model: Model, scope: Scope) -> None:
    value_targets.show(model, scope)


_VIEWS: dict[str, Callable[[Model, Scope], None]] = {
    "Targets": _targets,
    "Money": _money_view,
    "Runway": _runway,
    "Next actions": _actions,
    "Events": _events,
}
