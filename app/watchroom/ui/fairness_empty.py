"""What the Fairness page says when there is nothing to compare, with the lines that change it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui.states import code, empty
from watchroom.ui.text import count_of, one_line

GROUPS = """decisions:
  path: lake/{folder}/decisions/*.parquet
  groups: [age_band, region]      # columns of the log; they need not be features"""

TASK = "task: binary                      # or multiclass, regression"


def no_groups(model: Model) -> None:
    """Its file names no columns to compare."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**No groups are compared: its file names no column to tell them apart.**")
        st.text(
            "A column of the decision log that says who somebody is, such as an age band or a region, is enough. The "
            f"model need not know it. Add groups to {one_line(model.file or 'its file', 100)}:"
        )
        code(GROUPS.format(folder=one_line(model.name, 60)))
        st.markdown("Then run `watchroom refresh`.")


def no_task(model: Model) -> None:
    """What its predictions are is not known."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Its file does not say what the model predicts, so nothing can be compared.**")
        st.text(f"Add this line to {one_line(model.file or 'its file', 100)}:")
        code(TASK)
        st.markdown("Then run `watchroom refresh`.")


def not_compared(groups: Sequence[str]) -> None:
    """There are groups and decisions, and none of the decisions tells anything of a group."""
    empty(
        "No group of its decisions has been compared yet.",
        f"Its file names {', '.join(one_line(name, 40) for name in groups)}. A refresh compares them as soon as "
        "decisions with a prediction, or of a regression with an outcome, are read; Status says what it found.",
        command="watchroom refresh",
    )


def no_version(version: int, known: Sequence[int]) -> None:
    """The scope names a version without decisions of groups."""
    others = ", ".join(str(one) for one in known[:8])
    empty(
        f"Version {version} has no decisions that tell groups apart.",
        f"{count_of(len(known), 'version has', 'versions have')}: {others}. Choose one under Version in the sidebar, "
        "or all versions for the one in service.",
    )
