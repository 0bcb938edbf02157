"""What the views of money say when there is nothing to work out, with the lines that change it."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui.examples import BINARY, CURRENCY, OUTCOMES, TASK, template
from watchroom.ui.navigation import link
from watchroom.ui.states import code, empty
from watchroom.ui.text import one_line
from watchroom.workspace.model_file import ModelSpec


def no_file(model: Model) -> None:
    """The model has no file, or one with a mistake that has never been read."""
    with st.container(border=True, gap="xsmall"):
        if model.broken:
            st.markdown("**What it is worth is not known: its file in the workspace has a mistake.**")
            st.text("Status says which line, and what was expected there.")
            link("status", "See Status", icon=":material/arrow_forward:")
            return
        st.markdown("**What it is worth is not known: it has no file in the workspace.**")
        st.text("Write models/<name>.yaml with where its decisions are logged, and what they are worth:")
        code(f"model: {one_line(model.name, 60)}\n{BINARY}")
        _then_refresh()


def no_value(model: Model, spec: ModelSpec) -> None:
    """Its file says nothing of money."""
    if spec.task == "multiclass":
        _several_classes()
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown("**What it is worth is not known: its file does not say what its decisions are worth.**")
        st.text(
            f"Whoever pays for it knows best, and a rough figure is better than none. Add to {_file(model)}, "
            "with figures of your own:"
        )
        code(template(spec.task) if spec.task else f"{TASK}\n{BINARY}")
        _then_refresh()


def no_money(model: Model, spec: ModelSpec) -> None:
    """Its file gives costs alone, so what decisions bring is unknown."""
    if spec.task == "multiclass":
        _several_classes()
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown("**What its decisions bring is not known: its file gives its costs alone.**")
        st.text(f"Add what a decision is worth under `value` in {_file(model)}, with figures of your own:")
        code(
            "\n".join(line for line in template(spec.task).splitlines() if not line.startswith(("  run_", "  build_")))
        )
        _then_refresh()


def _several_classes() -> None:
    empty(
        "What its decisions bring cannot be told.",
        "A model of more than two classes has no worth for each kind of outcome here. "
        "A KPI can hold its worth: a formula over its decisions, in money.",
    )


def no_counts(model: Model, spec: ModelSpec) -> None:
    """Its file says what decisions are worth, and no decision with an outcome has been counted."""
    if spec.decisions is None:
        empty(
            "Nothing can be worked out: its file does not say where its decisions are logged.",
            f"Add `decisions` to {_file(model)}; docs/workspace.md has the fields.",
        )
    elif spec.outcomes is None:
        with st.container(border=True, gap="xsmall"):
            st.markdown("**Nothing can be worked out: its file does not say where the outcomes are.**")
            st.text(f"Add these lines to {_file(model)}, or ask whoever has the outcomes for them:")
            code(OUTCOMES.format(folder=one_line(model.name, 60)))
            _then_refresh()
    else:
        empty(
            "No money has been worked out for it yet.",
            "A refresh does it as soon as there are decisions of a version in service. Status says what it found.",
            command="watchroom refresh",
        )


def no_currency() -> None:
    """A hint, beside figures without a currency."""
    with st.popover("No currency is set", icon=":material/info:", type="tertiary"):
        st.markdown("Amounts are bare numbers until `watchroom.yaml` names the currency:")
        code(CURRENCY)
        _then_refresh()


def _file(model: Model) -> str:
    return one_line(model.file or "its file", 100)


def _then_refresh() -> None:
    st.markdown("Then run `watchroom refresh`.")
