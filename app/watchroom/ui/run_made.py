"""The results of a run: the versions registered from it, the models that it logged, and its metrics."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import run as queries
from watchroom.store.queries.run import Made, Registered, Run
from watchroom.ui import run_values
from watchroom.ui.model_versions import signature
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge, quiet
from watchroom.ui.text import plain, sentence

_LOADS = {
    "loaded": ":green[:material/check_circle:] it loads",
    "failed": ":red[:material/error:] it does not load",
    "refused": ":gray[:material/help:] it was not loaded, for that would run code of its own",
}


def show(run: Run) -> None:
    """The tab: what came out of it first, then the figures."""
    models, versions = ask(queries.made, run_id=run.run_id)
    for version in versions:
        _version(version)
    for model in models:
        _model(model)
    if not models:
        st.caption("It logged no model.")
    run_values.metrics(run)


def _version(version: Registered) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        params = {"model": version.model, "version": str(version.version)}
        label = f"Registered as {plain(version.model, 60)} version {version.version}"
        link("model", label, icon=":material/deployed_code:", params=params)
        if version.aliases:
            st.markdown(" ".join(badge(alias, "blue") for alias in version.aliases), width="content")


def _model(model: Made) -> None:
    with st.container(border=True, gap="xxsmall"):
        flavors = " ".join(badge(flavor) for flavor in model.flavors)
        st.markdown(f":material/package_2: Logged model **{plain(model.name or model.uri, 80)}** {flavors}")
        if model.flavors:
            inputs = f"signature: {signature(model.signature_inputs or None, None)}"
            python = f"Python {model.python_version}" if model.python_version else "its Python was not recorded"
            loads = _LOADS.get(model.load_status, ":gray[:material/help:] whether it loads was not tried")
            st.markdown(f"{plain(inputs)} · {plain(python)} · {loads}")
            if model.load_why:
                st.caption(sentence(model.load_why, 400))
        elif not model.read:
            st.caption("Its files are not read yet; the next refreshes read them.")
        if model.problem:
            st.caption(f":orange[:material/warning:] {sentence(model.problem, 400)}")
        st.markdown(quiet(plain(model.uri, 200)))
