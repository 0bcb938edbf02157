"""What the Health page says when there is nothing to judge by, with the lines that change it."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui.navigation import link
from watchroom.ui.states import code, empty
from watchroom.ui.text import count_of, one_line, plain, sentence
from watchroom.workspace.model_file import ModelSpec

DECISIONS = """decisions:
  path: lake/{folder}/decisions/*.parquet   # Parquet or CSV; a glob or a list of them
  id: prediction_id
  timestamp: timestamp                      # without a zone it is read as UTC
  version: model_version                    # left out: the version that was champion at that time
  prediction: prediction"""

REFERENCE = """reference:
  path: lake/{folder}/reference.parquet     # columns named as in decisions; or: {{start: 2026-01-01, end: 2026-03-31}}
  outcome: label"""

OUTCOMES = """outcomes:
  path: lake/{folder}/outcomes/*.parquet
  id: prediction_id
  value: label"""

PERFORMANCE = """monitor:
  performance: {{metric: {metric}, watch: 1.1, failing: 1.25}}   # ratios to the reference; or absolute: {{…}}"""

VOLUME = """monitor:
  volume: {min_per_day: 100}"""

_SHOWN_PROBLEMS = 4


def no_log(model: Model, spec: ModelSpec | None) -> None:
    """The model has no file, or its file names no decisions."""
    folder = one_line(model.name, 60)
    if spec is None:
        with st.container(border=True, gap="xsmall"):
            what = "has a mistake" if model.broken else "does not exist"
            st.markdown(f"**Nothing is known of its health: its file in the workspace {what}.**")
            if model.broken:
                st.text("Status says which line, and what was expected there.")
                link("status", "See Status", icon=":material/arrow_forward:")
                return
            st.text("Write models/<name>.yaml in the workspace, with where its decisions are logged:")
            code(f"model: {folder}\n{DECISIONS.format(folder=folder)}")
            _then_refresh()
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Its file does not say where its decisions are logged.**")
        st.text(f"Add these lines to {one_line(model.file or 'its file', 100)}:")
        code(DECISIONS.format(folder=folder))
        _then_refresh()


def no_decisions(model: Model, spec: ModelSpec, problems: tuple[str, ...]) -> None:
    """Its file names a log, and no decision was found in it."""
    assert spec.decisions is not None
    with st.container(border=True, gap="xsmall"):
        st.markdown("**No decision of this model has been read yet.**")
        st.text("The log is looked for here, relative to the workspace:")
        code("\n".join(one_line(path, 200) for path in spec.decisions.path))
        for problem in problems[:_SHOWN_PROBLEMS]:
            st.markdown(f":orange[:material/warning:] {sentence(problem)}")
        link("status", "See Status for what the refresh found", icon=":material/arrow_forward:")
        _then_refresh()


def no_version(model: Model, version: int, known: list[int]) -> None:
    """The scope names a version that has made no decisions."""
    others = ", ".join(str(one) for one in known[:8])
    empty(
        f"Version {version} has made no decisions.",
        f"{count_of(len(known), 'version has', 'versions have')}: {others}. Choose one under Version in the sidebar, "
        "or all versions for the one in service.",
    )


def no_period(label: str, last: str) -> None:
    """There are decisions, and none in the period of the scope."""
    empty(
        f"No decisions in this period: {label}.",
        f"The last were made on {last}. Choose a longer period in the sidebar.",
    )


def no_reference(model: Model) -> None:
    """Nothing to compare with."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**There is nothing to compare its decisions with.**")
        st.text("Drift needs a reference: what it was trained or accepted on, or a period of its decisions. Add:")
        code(REFERENCE.format(folder=one_line(model.name, 60)))
        _then_refresh()


def no_outcomes(model: Model) -> None:
    """No outcome has been read, so performance is not known."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Its file does not say where outcomes are, so what came true is not known.**")
        st.text("Add these lines, or ask whoever has the outcomes for them:")
        code(OUTCOMES.format(folder=one_line(model.name, 60)))
        _then_refresh()


def no_limits(metric: str) -> None:
    """Performance is known, and nobody has said how good it must be."""
    with st.expander("No limit is set for performance: how to set one"):
        code(PERFORMANCE.format(metric=plain(metric)))


def _then_refresh() -> None:
    st.markdown("Then run `watchroom refresh`.")
