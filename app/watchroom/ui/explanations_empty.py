"""What the Explanations page says when there is nothing to show, or not all of it: what, why, and what to do."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries.explanations import Explanation
from watchroom.store.queries.models import Model
from watchroom.ui.health_empty import no_log
from watchroom.ui.navigation import link
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, paragraph, sentence
from watchroom.workspace.model_file import ModelSpec

STATUS_WORDS = {
    "explained": "explained",
    "partial": "explained in part",
    "failed": "could not be explained",
    "refused": "refused: its code is not trusted",
}
STATUS_COLOURS = {"explained": "green", "partial": "orange", "failed": "red", "refused": "red"}


def not_explained(model: Model, spec: ModelSpec | None) -> None:
    """No refresh has tried to explain the model."""
    if spec is None or spec.decisions is None:
        no_log(model, spec)
        return
    empty(
        "No version of this model has been explained yet.",
        "A refresh explains a sample of each month's decisions of every version, and of the reference.",
        command="watchroom refresh",
    )
    link("status", "See Status for what the last refresh did", icon=":material/arrow_forward:")


def unknown_version(version: int, versions: tuple[Explanation, ...]) -> None:
    """The scope names a version that was not explained."""
    others = ", ".join(str(found.version) for found in versions[:8])
    empty(
        f"Version {version} has not been explained.",
        f"{count_of(len(versions), 'version has', 'versions have')}: {others}. Choose one under Version in the "
        "sidebar, or all versions for the one in service.",
    )


def nothing_to_show(model: Model, found: Explanation, versions: tuple[Explanation, ...]) -> None:
    """The version could not be explained: why, what to do, and which versions could."""
    problem(found)
    if shown := [other for other in versions if other.shown]:
        st.markdown("Explained versions of this model:")
        for other in shown[:8]:
            link("explanations", f"Version {other.version}", icon=":material/arrow_forward:",
                 params={"model": model.name, "version": str(other.version)})  # fmt: skip


def problem(found: Explanation) -> None:
    """What went wrong with a version, why, and the next step; nothing when nothing did."""
    if found.status == "explained" and not found.what:
        if not found.shown:
            empty(f"Version {found.version} has no rows to explain.", "It needs decisions in the log, or a reference.")
        return
    icon = ":orange[:material/warning:]" if found.shown else ":red[:material/error:]"
    what = found.what or f"Version {found.version} {STATUS_WORDS.get(found.status, found.status)}."
    with st.container(border=True, gap="xsmall"):
        kept = " What is shown below is what could be explained." if found.shown else ""
        st.markdown(f"{icon} **{sentence(what, 400)}**{kept}")
        if found.why:
            st.markdown(paragraph(found.why))
        if found.next_step:
            st.markdown(f"Next step: {paragraph(found.next_step)}")
