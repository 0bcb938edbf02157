"""What should be done next: of all models the most pressing first, of one model all that is advised, with its reasons.

The advice is the refresh's. What people make of it are proposals, in `proposals`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from urllib.parse import parse_qsl

import pandas as pd
import streamlit as st

from watchroom.domain.actions_types import DOES, NOTHING
from watchroom.domain.actions_words import title
from watchroom.domain.money_text import money, money_between
from watchroom.store.queries import actions as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.actions import Action
from watchroom.store.queries.models import Model
from watchroom.ui import proposals
from watchroom.ui.acting import say_done
from watchroom.ui.identity import ROLES
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge, quiet, tier_badge
from watchroom.ui.states import empty, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain, sentence
from watchroom.ui.workspace import facts

SHOWN = 6
"""Actions of the portfolio that are told whole before the rest is folded away: what a meeting gets through."""

UNFOLDED = 30
"""Actions that are drawn when the rest is unfolded; the download has all."""

ICONS = {
    "now": ":red[:material/priority_high:]",
    "soon": ":orange[:material/schedule:]",
    "when convenient": ":blue[:material/low_priority:]",
    NOTHING: ":green[:material/check_circle:]",
}
"""An icon of its own for each urgency, so that colour is not all that tells them apart."""

COLOURS = {"now": "red", "soon": "orange", "when convenient": "blue", NOTHING: "green"}


def show(model: Model | None, among: Collection[str] | None = None) -> None:
    """What to do next about a model, with its proposals; without a model, about all of them, or those `among` them."""
    if model is None:
        _portfolio([one for one in ask(queries.actions) if among is None or one.model in among])
    else:
        _of(model)


def _of(model: Model) -> None:
    found = ask(queries.actions, model=model.name)
    section("What to do next", "Advice by rules, from what the refresh found. People decide.")
    if not found:
        empty("Nothing is advised.", "The refresh works it out for every model with a file and a log of decisions.")
    for one in found:
        row(one, named=False)
    proposals.show(model)


def _portfolio(every: Sequence[Action]) -> None:
    todo = [one for one in every if one.urgency != NOTHING]
    section(
        "What to do next", "The most urgent first, then what surely brings money, then by what it is worth a month."
    )
    say_done()
    if not every:
        empty("Nothing is advised.", "The refresh works it out for every model with a file and a log of decisions.")
        return
    st.markdown(f"**{plain(summary(every), 300)}**")
    for one in todo[:SHOWN]:
        row(one)
    if rest := todo[SHOWN:]:
        with st.expander(f"{number(len(rest))} more", key="more_actions", on_change="rerun") as more:
            if more.open:
                for one in rest[:UNFOLDED]:
                    row(one)
                truncated(UNFOLDED, len(rest), "things to do")
    st.caption(sourced("as of the last refresh", len(every), "piece of advice", "pieces of advice"))
    download("Download as CSV", "next-actions", lambda: table(every))


def summary(every: Sequence[Action]) -> str:
    """How much there is to do and what of it is known to bring money, in a sentence."""
    todo = [one for one in every if one.urgency != NOTHING]
    kept = len({one.model for one in every} - {one.model for one in todo})
    if not todo:
        return f"Nothing to do: {count_of(kept, 'model')} {'is' if kept == 1 else 'are'} kept as they are."
    by = Counter(one.urgency for one in todo)
    told = ", ".join(f"{number(by[name])} {name}" for name in ICONS if by[name])
    worth = sum(best.values()) if (best := _best(todo)) else None
    brings = (
        f" The best known for each model would bring about {money(worth, facts().currency)} a month." if best else ""
    )
    return f"{count_of(len(todo), 'thing')} to do: {told}.{brings}"


def _best(todo: Sequence[Action]) -> dict[str, float]:
    """Of each model the greatest worth of an action: two of one model may bring the same money."""
    found: dict[str, float] = {}
    for one in todo:
        if one.worth_per_month is not None and one.worth_per_month > 0:
            found[one.model] = max(found.get(one.model, 0.0), one.worth_per_month)
    return found


def row(one: Action, *, named: bool = True) -> None:
    """An action: what to do, how urgent it is, why, what it is worth, who decides, where to look, and proposing it."""
    with st.container(border=True, gap="xsmall"):
        about = f" · {plain(one.title, 60)} {tier_badge(one.tier)}" if named else ""
        said = (
            f"{ICONS.get(one.urgency, '')} **{plain(heading(one), 120)}**{about} "
            f"{badge(one.urgency.capitalize(), COLOURS.get(one.urgency, 'gray'))}"
        )
        lines = (said, sentence(one.reason, 900), f"**{plain(told, 200)}**" if (told := worth(one)) else "")
        st.markdown("  \n".join(line for line in lines if line))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(quiet(who(one)), width="stretch")
            page, params = address(one.page)
            link(page, "See why", icon=":material/arrow_forward:", params=params)
            if one.urgency != NOTHING:
                proposals.propose_button(
                    one.model, one.version, one.action, trigger(one), one.worth_per_month, what=heading(one)
                )


def heading(one: Action) -> str:
    """What to do, plain text."""
    return title(one.action, one.version, one.target_version, one.cutoff)


def worth(one: Action) -> str:
    """What it is worth, plain text; empty where it cannot be told."""
    if one.worth_per_month is None:
        return ""
    currency = facts().currency
    between = f" (95 %: {money_between(one.worth_low, one.worth_high, currency)})" if one.worth_low is not None else ""
    return f"Worth about {money(one.worth_per_month, currency)} a month{between}"


def who(one: Action) -> str:
    """Who decides, and who does it then, in Markdown."""
    role = ROLES.get(one.decides_role, plain(one.decides_role)).lower()
    decides = f"Decides: {person(one.decides)}, {role}" if one.decides else f"Decides: nobody holds {role} for it"
    does = doer(one)
    return decides if not does or does == one.decides_role else f"{decides} · Does it: {_held(one.model, does)}"


def doer(one: Action) -> str:
    """The role that does it; empty for what nobody has to do."""
    return "" if one.urgency == NOTHING else {str(name): role for name, role in DOES.items()}.get(one.action, "")


def _held(model: str, role: str) -> str:
    found = next((it for it in ask(model_queries.overview) if it.name == model), None)
    holder = found.owner(role) if found else None
    return f"{person(holder)}, {ROLES[role].lower()}" if holder else f"nobody holds {ROLES[role].lower()} for it"


def address(text: str) -> tuple[str, dict[str, str]]:
    """The page and its parameters of an address as the table has them."""
    page, _, query = text.partition("?")
    return page, dict(parse_qsl(query))


def trigger(one: Action) -> str:
    """What a proposal of it begins with: the reason, and what it is worth, as the snapshot has them."""
    told = worth(one)
    return f"{one.reason} {told}." if told else one.reason


def table(every: Sequence[Action]) -> pd.DataFrame:
    """All advice as a plain table."""
    return pd.DataFrame([{**one.__dict__, "asked": ", ".join(one.asked)} for one in every])
