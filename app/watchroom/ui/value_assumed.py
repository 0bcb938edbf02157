"""The assumptions that money rests on: what each is called, how it is written, what is missing, where it comes from."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.money_text import UNKNOWN, money
from watchroom.domain.value import Assumptions
from watchroom.domain.worth import OUTCOMES
from watchroom.reports.value_words import baseline_name, kind_name
from watchroom.ui import examples, value_empty
from watchroom.ui.model_about import person
from watchroom.ui.rows import quiet
from watchroom.ui.states import code
from watchroom.ui.text import one_line, plain
from watchroom.ui.value_figures import (
    BASELINE,
    COST_FIELDS,
    ERROR_FIELDS,
    Figures,
    figure_of,
    terms_fields,
)
from watchroom.workspace.answer import Answer as Names
from watchroom.workspace.money import Baseline as FileBaseline

_ABOUT = {
    **{one.field: one.name for one in OUTCOMES},
    "over": "per_unit_error.over",
    "under": "per_unit_error.under",
    "run_cost_per_month": "running cost a month",
    "build_cost": "building cost, once",
}
_LACKS = {
    "run_cost_per_month": "what is left after running it",
    "build_cost": "whether it has paid back",
    BASELINE: "whether it earns more than what would be done without it",
}


def fields_of(found: Figures) -> tuple[str, ...]:
    """The fields that are numbers, in the order of the file."""
    return (*terms_fields(found.given), *COST_FIELDS)


def label(name: str, names: Names) -> str:
    """What an assumption is called, in plain text; names of outcomes come from the file."""
    if (kind := next((one for one in OUTCOMES if one.field == name), None)) is not None:
        said = one_line(kind_name(kind, names), 60)
        return f"{said[:1].upper()}{said[1:]}"
    if name in ERROR_FIELDS:
        return f"Predicted too {'much' if name == 'over' else 'little'}, each {_one_of(names.unit)}"
    return {"run_cost_per_month": "Running cost a month", "build_cost": "Building cost", BASELINE: "Without the model"}[
        name
    ]


def _one_of(unit: str | None) -> str:
    """`bike` of `bikes`, `EUR` of `EUR`."""
    text = one_line(unit or "unit", 24)
    return text[:-1] if len(text) > 3 and text.endswith("s") and not text.isupper() else text


def about(name: str) -> str:
    """What it is, where its label has the words of the file."""
    return _ABOUT.get(name, name)


def text_of(assumed: Assumptions, name: str, currency: str, names: Names) -> str:
    """An assumption as text; `unknown` where it is left out."""
    if name == BASELINE:
        return baseline_text(assumed, names)
    return money(figure_of(assumed, name), currency, full=True)


def baseline_text(assumed: Assumptions, names: Names) -> str:
    """What would be done without the model, in plain text."""
    baseline = file_baseline(assumed)
    return "not given" if baseline is None else one_line(baseline_name(baseline, names), 90)


def file_baseline(assumed: Assumptions) -> FileBaseline | None:
    """What would be done without the model, as a file says it; None for nothing to compare with."""
    own = assumed.baseline
    return None if own is None else FileBaseline(naive=own.naive, constant=own.constant, column=own.column)


def missing(found: Figures) -> list[tuple[str, str]]:
    """What the assumptions leave out, with what that leaves unknown."""
    names = found.spec.answer
    gaps = []
    for name in fields_of(found):
        if figure_of(found.assumed, name) is None:
            lacks = _LACKS.get(name) or f"the worth of every period with one of them ({label(name, names).lower()})"
            gaps.append((name, lacks))
    if found.assumed.baseline is None and terms_fields(found.assumed):
        gaps.append((BASELINE, _LACKS[BASELINE]))
    return gaps


def show(found: Figures) -> None:
    """The assumptions of the file, each with its figure; what is missing, with the lines to copy."""
    names = found.spec.answer
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Assumptions**")
        rows = [(label(name, names), text_of(found.given, name, found.currency, names)) for name in fields_of(found)]
        lines = ["| :small[What] | :small[by its file] |", "|:--|--:|"]
        lines += [f"| :small[{plain(name, 44)}] | :small[{_strong(text)}] |" for name, text in rows]
        st.markdown("\n".join(lines))
        st.markdown(f":small[{label(BASELINE, names)}: {_strong(baseline_text(found.given, names))}]")
        held = found.model.owner("business")
        who = f", {person(held)} answers for them" if held else ""
        st.markdown(quiet(f"From `value` in {plain(found.model.file or 'its file', 100)}{who}."))
        if not found.currency:
            value_empty.no_currency()
        _gaps(found)


def _strong(text: str) -> str:
    return f":orange[{text}]" if text in (UNKNOWN, "not given") else plain(text, 90)


def _gaps(found: Figures) -> None:
    given = Figures(found.model, found.spec, found.given, found.given, (), found.today, found.currency)
    gaps = missing(given)
    if not gaps:
        return
    names = found.spec.answer
    with st.expander(f"{len(gaps)} not given: what that leaves unknown", icon=":material/help:"):
        st.markdown(
            "\n".join(
                f"- Without **{plain(label(name, names), 60).lower()}**: {plain(lacks, 200)}." for name, lacks in gaps
            )
        )
        lines = _lines([name for name, _ in gaps], found)
        st.text("Copy into its file, with figures of your own:")
        code("\n".join(lines))


def _lines(gaps: list[str], found: Figures) -> list[str]:
    """The lines of the file that are missing."""
    wanted = ("per_unit_error" if name in ERROR_FIELDS else name for name in gaps if name != BASELINE)
    lines = ["value:", *(examples.line(name) for name in dict.fromkeys(wanted))]
    return [*lines, examples.baseline(found.spec.task or "")] if BASELINE in gaps else lines
