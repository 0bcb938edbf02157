"""What breaks when a feature does: the models that use it, who relies on them, and who is to be called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from watchroom.domain.money_text import money
from watchroom.domain.vocabulary import METHOD_NAMES
from watchroom.store.queries.features import Reliance, Use, reliance
from watchroom.ui.alerts_rows import NOBODY
from watchroom.ui.alerts_words import compared
from watchroom.ui.health_ranked import stake
from watchroom.ui.lights import light_badge
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge, quiet, tier_badge
from watchroom.ui.states import section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, number, one_line, plain, some
from watchroom.ui.workspace import facts

MODELS_SHOWN = 20


@dataclass(frozen=True)
class Touched:
    """A model that a feature feeds: the feature in it, what rests on it, and the mean stake of a decision.

    `stake` is in the workspace's currency; None when it is not known.
    """

    use: Use
    rests: Reliance
    stake: float | None

    @property
    def stake_per_day(self) -> float | None:
        """What a day's decisions are worth together when they go wrong instead of right; None when unknown."""
        if self.stake is None or self.rests.per_day is None:
            return None
        return self.stake * self.rests.per_day


def show(feature: str, uses: Sequence[Use]) -> None:
    """The part of the page for one feature."""
    found = touched(uses)
    section(f"If {plain(feature, 60)} breaks")
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(in_words(feature, found), 600)}**")
        _contradiction(uses)
        for one in found[:MODELS_SHOWN]:
            _model(one)
        if len(found) > MODELS_SHOWN:
            st.caption(f"{number(len(found) - MODELS_SHOWN)} more models are in the download.")
    st.caption(sourced("last 7 days of each model's log", len(found), "model"))
    download("Download as CSV", "blast-radius", lambda: table(found))


def touched(uses: Sequence[Use]) -> list[Touched]:
    """The models that a feature feeds, those with the most decisions first."""
    resting = {found.model: found for found in ask(reliance)}
    found = [Touched(use, resting[use.model], _stake(use)) for use in uses if use.model in resting]
    return sorted(found, key=lambda one: -(one.rests.per_day or 0))


def _stake(use: Use) -> float | None:
    return None if use.version is None else stake(use.model, use.version)[0]


def in_words(feature: str, found: Sequence[Touched]) -> str:
    """All that rests on the feature: "x feeds 2 models, 4 processes, 12,000 decisions a day; call …"."""
    processes = list(dict.fromkeys(who for one in found for who in one.rests.affects))
    known = [one.rests.per_day for one in found if one.rests.per_day is not None]
    a_day = f"{number(sum(known))} decisions a day" if known else "an unknown number of decisions a day"
    unknown = len(found) - len(known)
    beside = f" (of {count_of(unknown, 'model')} unknown)" if known and unknown else ""
    people = list(dict.fromkeys(one.rests.to_call for one in found if one.rests.to_call))
    call = f"call {some([one_line(who, 60) for who in people], 4)}" if people else "nobody is there to be called"
    counts = f"{count_of(len(found), 'model')}, {count_of(len(processes), 'process', 'processes')}"
    return f"{one_line(feature, 60)} feeds {counts}, {a_day}{beside}; {call}. {_money(found)}"


def _money(found: Sequence[Touched]) -> str:
    known = [one.stake_per_day for one in found if one.stake_per_day is not None]
    if not known:
        return "What is at stake in money is unknown."
    unknown = len(found) - len(known)
    beside = f", that of {count_of(unknown, 'model')} unknown" if unknown else ""
    return f"At stake if every decision went wrong: {_amount(sum(known))} a day{beside}."


def _amount(value: float) -> str:
    return money(value, facts().currency, exact=True)


def _contradiction(uses: Sequence[Use]) -> None:
    numbers = [one_line(use.title, 60) for use in uses if use.kind == "number"]
    categories = [one_line(use.title, 60) for use in uses if use.kind == "category"]
    if numbers and categories:
        st.markdown(
            f":orange[:material/warning:] {plain(some(numbers))} {'takes' if len(numbers) == 1 else 'take'} it for a "
            f"number, {plain(some(categories))} for a category: two things may share this name."
        )


def _model(one: Touched) -> None:
    with st.container(border=True):
        said, leading = st.columns([4, 1], vertical_alignment="center")
        said.markdown("  \n".join(_lines(one)))
        with leading:
            link("model", "Its page", icon=":material/arrow_forward:", params={"model": one.use.model})


def _lines(one: Touched) -> list[str]:
    use, rests = one.use, one.rests
    version = badge(f"version {use.version}" if use.version is not None else "no version in service")
    a_day = f"{number(rests.per_day)} decisions a day" if rests.per_day is not None else "decisions a day unknown"
    affects = some([one_line(who, 60) for who in rests.affects], 4)
    relied = f"relied on by {affects}" if affects else "who relies on it is unknown"
    worth = f", {_amount(one.stake_per_day)} a day at stake" if one.stake_per_day is not None else ""
    call = person(rests.to_call) if rests.to_call else NOBODY
    return [
        f"**{plain(rests.title, 60)}** {version} {tier_badge(rests.tier)} {_lights(use)}",
        f"{plain(f'{a_day}{worth}, {relied}', 400)}. Call {call}.",
        quiet(plain(_values(use), 300)),
    ]


def _lights(use: Use) -> str:
    shown = (("drift", use.status), ("values", use.quality))
    return " ".join(light_badge(light, what) for what, light in shown if light)


def _values(use: Use) -> str:
    value, limit = compared(use.value, use.watch)
    drift = (
        f"{METHOD_NAMES.get(use.method or '', 'drift')} {value}, watch {limit}"
        if use.value is not None
        else f"drift {UNKNOWN}"
    )
    missing = f"missing {_percent(use.missing)}, in the reference {_percent(use.reference_missing)}"
    unseen = f", unseen {_percent(use.unseen)}" if use.unseen is not None else ""
    weight = f"weight {_percent(use.weight)}" if use.weight is not None else f"weight {UNKNOWN}"
    return f"{use.kind or 'kind unknown'} · {drift} · {missing}{unseen} · {weight}"


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.1%}".replace("%", " %")


def table(found: Sequence[Touched]) -> pd.DataFrame:
    """A row for each model that the feature feeds, with who relies on it and who is to be called."""
    return pd.DataFrame(
        [
            {
                **one.use.__dict__,
                "affects": "; ".join(one.rests.affects),
                "decisions_per_day": one.rests.per_day,
                "stake_per_decision": one.stake,
                "stake_per_day": one.stake_per_day,
                "call": one.rests.to_call,
                "runbook": one.rests.runbook,
            }
            for one in found
        ]
    )
