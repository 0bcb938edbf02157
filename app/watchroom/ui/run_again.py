"""What it takes to make a run again: each thing found, missing or unknown, how to log it, and the recipe."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.reproducibility import ITEMS, Finding, Item, standing
from watchroom.reports import recipes
from watchroom.reports.recipe_run import reproduce_run
from watchroom.store.queries import reproducibility as queries
from watchroom.store.queries import run as run_queries
from watchroom.store.queries.run import Run
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.states import code, section
from watchroom.ui.text import plain, sentence
from watchroom.ui.workspace import facts

_ICONS = {
    "found": ":green[:material/check_circle:]",
    "missing": ":red[:material/cancel:]",
    "unknown": ":gray[:material/help:]",
}
_UNKNOWN = Finding("", "unknown", "nothing is known of it")


def show(run: Run) -> None:
    """The tab: the score first, then the eight, then the recipes."""
    found = ask(queries.findings, run_id=run.run_id)
    told = standing(found)
    st.markdown(f"**{sentence(told.sentence)}**")
    if told.score is not None:
        note = "Of what can be told; what cannot counts neither for nor against."
        st.progress(told.score, text=quiet(plain(f"{told.score:.0%}. {note}" if told.unknown else f"{told.score:.0%}")))
    _items({finding.item: finding for finding in found})
    _recipe(run)


def _items(found: dict[str, Finding]) -> None:
    with st.container(border=True, gap="small"):
        for item in ITEMS:
            finding = found.get(item.key, _UNKNOWN)
            detail = f": {plain(finding.detail, 300)}" if finding.detail else ""
            st.markdown(f"{_ICONS[finding.status]} **{item.title}** {finding.status}{detail}")
            if finding.status != "found":
                _how(item)


def _how(item: Item) -> None:
    with st.expander("Why it matters, and how to log it", type="compact", key=f"_run_how_{item.key}"):
        st.markdown(f"{sentence(item.why)} {sentence(item.how)}")
        code(item.code)
        st.caption("For MLflow 3, inside `mlflow.start_run()`; `model` is the fitted model, `frame` its inputs.")


def _recipe(run: Run) -> None:
    record, uri = ask(queries.record, run_id=run.run_id), facts().tracking_uri
    if record is None:
        return
    section("The recipe", "Copy it step by step. Nothing of it was tried here: Watchroom runs no code of yours.")
    if record.deleted:
        st.caption(":orange[:material/warning:] The run is deleted in MLflow: restore it there before its files go.")
    recipe = reproduce_run(record, uri)
    steps = (
        ("1. The code and its environment", "In a shell", recipe.prepare),
        ("2. Is the data still the same?", "In Python", recipe.data),
        ("3. Run it", "In the same shell", recipe.run),
        ("4. Did the same come out?", "In Python, when it has ended", recipe.compare),
    )
    for title, where, text in steps:
        st.markdown(f"**{title}** {quiet(where)}")
        code(text)
    _load(run, uri)


def _load(run: Run, uri: str) -> None:
    models, versions = ask(run_queries.made, run_id=run.run_id)
    if not (models or versions):
        return
    section("Load what it made")
    for version in versions[:3]:
        st.markdown(f"**{plain(version.model, 80)} version {version.version}**")
        code(recipes.load(version.model, version.version, uri, champion="champion" in version.aliases))
    if not versions:
        st.markdown(f"**{plain(models[0].name or 'The logged model', 80)}**")
        code(recipes.load_logged(models[0].uri, uri))
