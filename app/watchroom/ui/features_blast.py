"""What breaks when a feature does: the models that use it, who relies on them, and who is to be called."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from watchroom.store.queries.features import Reliance, Use, reliance
from watchroom.ui.alerts_rows import NOBODY
from watchroom.ui.alerts_words import METHOD_NAMES, compared
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


def show(feature: str, uses: Sequence[Use]) -> None:
    """The part of the page for one feature."""
    resting = {found.model: found for found in ask(reliance)}
    touched = [(use, resting[use.model]) for use in uses if use.model in resting]
    touched.sort(key=lambda pair: -(pair[1].per_day or 0))
    section(f"If {_name(feature)} breaks")
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(in_words(feature, [found for _, found in touched]), 600)}**")
        _contradiction(uses)
        for use, found in touched[:MODELS_SHOWN]:
            _model(use, found)
        if len(touched) > MODELS_SHOWN:
            st.caption(f"{number(len(touched) - MODELS_SHOWN)} more models are in the download.")
    st.caption(sourced("last 7 days of each model's log", len(touched), "model"))
    download("Download as CSV", "blast-radius", lambda: table(touched))


def _name(feature: str) -> str:
    return plain(feature, 60)


def in_words(feature: str, touched: Sequence[Reliance]) -> str:
    """All that rests on the feature: "x feeds 2 models, 4 processes, 12,000 decisions a day; call …"."""
    processes = list(dict.fromkeys(who for found in touched for who in found.affects))
    known = [found.per_day for found in touched if found.per_day is not None]
    a_day = f"{number(sum(known))} decisions a day" if known else "an unknown number of decisions a day"
    unknown = len(touched) - len(known)
    beside = f" (of {count_of(unknown, 'model')} unknown)" if known and unknown else ""
    people = list(dict.fromkeys(found.to_call for found in touched if found.to_call))
    call = f"call {some([one_line(who, 60) for who in people], 4)}" if people else "nobody is there to be called"
    counts = f"{count_of(len(touched), 'model')}, {count_of(len(processes), 'process', 'processes')}"
    return f"{one_line(feature, 60)} feeds {counts}, {a_day}{beside}; {call}.{_money(touched)}"


def _money(touched: Sequence[Reliance]) -> str:
    currency = facts().currency or "money"
    said = [
        f"{one_line(found.title, 60)} up to {currency} {found.worst:,.6g} for each wrong decision"
        if found.worst is not None
        else f"{one_line(found.title, 60)} up to {currency} {found.per_unit:,.6g} for each unit of error"
        for found in touched
        if found.worst is not None or found.per_unit is not None
    ]
    return f" At stake: {some(said, 4)}." if said else " What is at stake in money is unknown."


def _contradiction(uses: Sequence[Use]) -> None:
    numbers = [one_line(use.title, 60) for use in uses if use.kind == "number"]
    categories = [one_line(use.title, 60) for use in uses if use.kind == "category"]
    if numbers and categories:
        st.markdown(
            f":orange[:material/warning:] {plain(some(numbers))} {'takes' if len(numbers) == 1 else 'take'} it for a "
            f"number, {plain(some(categories))} for a category: two things may share this name."
        )


def _model(use: Use, found: Reliance) -> None:
    with st.container(border=True):
        said, leading = st.columns([4, 1], vertical_alignment="center")
        said.markdown("  \n".join(_lines(use, found)))
        with leading:
            link("model", "Its page", icon=":material/arrow_forward:", params={"model": use.model})


def _lines(use: Use, found: Reliance) -> list[str]:
    version = badge(f"version {use.version}" if use.version is not None else "no version in service")
    a_day = f"{number(found.per_day)} decisions a day" if found.per_day is not None else "decisions a day unknown"
    relied = (
        f"relied on by {some([one_line(who, 60) for who in found.affects], 4)}"
        if found.affects
        else "who relies on it is unknown"
    )
    call = person(found.to_call) if found.to_call else NOBODY
    return [
        f"**{plain(found.title, 60)}** {version} {tier_badge(found.tier)} {_lights(use)}",
        f"{plain(a_day)}, {plain(relied, 300)}. Call {call}.",
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


def table(touched: Sequence[tuple[Use, Reliance]]) -> pd.DataFrame:
    """A row for each model that the feature feeds, with who relies on it and who is to be called."""
    return pd.DataFrame(
        [
            {
                **use.__dict__,
                "affects": "; ".join(found.affects),
                "decisions_per_day": found.per_day,
                "call": found.to_call,
                "worst_decision_costs": found.worst,
                "unit_of_error_costs": found.per_unit,
                "runbook": found.runbook,
            }
            for use, found in touched
        ]
    )
