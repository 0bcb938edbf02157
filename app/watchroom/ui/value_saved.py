"""Scenarios of a model that people kept by a name: saved views of this page that assume something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.errors import LedgerError
from watchroom.ui import book
from watchroom.ui.acting import act, say_done
from watchroom.ui.identity import current_user
from watchroom.ui.notebook import by_whom, notebook
from watchroom.ui.rows import quiet
from watchroom.ui.scenario import PARAMETER
from watchroom.ui.text import ago, count_of, plain
from watchroom.ui.value_assumed import fields_of, label
from watchroom.ui.value_figures import BASELINE, Figures
from watchroom.ui.views import address

if TYPE_CHECKING:
    from watchroom.ledger.notebook import View

PAGE, MODEL = "value", "model"
PAGES = (PAGE, "threshold")
"""Those that hold a scenario in their address."""

SHOWN = 20
_OPEN = "_scenarios_open"


def section(found: Figures) -> None:
    """The scenarios that are kept, and a way to keep the one that is open. The ledger is read when it is opened."""
    with st.expander("Saved scenarios", icon=":material/bookmarks:", key=_OPEN, on_change="rerun") as box:
        if box.open:
            _inside(found)


def _inside(found: Figures) -> None:
    try:
        views = of_model(found.model.name)
    except LedgerError as problem:
        st.caption(f":material/info: Saved scenarios cannot be read: {plain(problem.what, 200)}")
        return
    if found.scenario:
        _save(found)
    else:
        st.caption("Change an assumption under “Try other assumptions”; the scenario can then be kept here by a name.")
    say_done()
    for view in views[:SHOWN]:
        _row(view, found)
    if len(views) > SHOWN:
        st.caption(f"The newest {SHOWN} of {count_of(len(views), 'scenario')}; the others are among the saved views.")
    if not views:
        st.caption("Nobody has saved a scenario of this model yet.")


def of_model(model: str) -> tuple[View, ...]:
    """The saved scenarios of a model, the newest first. Raises `LedgerError`."""
    found = [
        view
        for view in notebook().views.values()
        if view.page in PAGES and PARAMETER in dict(view.query) and dict(view.query).get(MODEL) == (model,)
    ]
    return tuple(sorted(found, key=lambda view: -view.seq))


def _row(view: View, found: Figures) -> None:
    known = (*fields_of(found), BASELINE)
    fields = [text.partition(":")[0] for text in dict(view.query)[PARAMETER]]
    told = [label(name, found.spec.answer).lower() for name in fields if name in known]
    when = ago(view.at, datetime.now(UTC))
    otherwise = plain(", ".join(told) or "nothing that is known here", 300)
    st.markdown(
        f":material/experiment: [{plain(view.name, 80)}]({address(view.page, dict(view.query))})  \n"
        f"{quiet(f'saved{by_whom(view.actor)} {when}; otherwise: {otherwise}')}"
    )


def _save(found: Figures) -> None:
    from watchroom.ledger.notebook import MAX_NAME, save_view

    with st.form("_scenario_form", border=False):
        name = st.text_input(
            "Save this scenario as", key="_scenario_name", max_chars=MAX_NAME, placeholder="False alarms cost twice"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.form_submit_button("Save for everybody", icon=":material/bookmark_add:")
            again = st.checkbox("in place of one of that name", key="_scenario_replace")
    if not pressed:
        return
    by = book.person(current_user())
    act(
        lambda: save_view(book.ledger(), name or "", PAGE, _query(found), by, replacing=bool(again)),
        f"Saved for everybody as “{plain(name.strip(), 80)}”.",
    )


def _query(found: Figures) -> dict[str, tuple[str, ...]]:
    """The address as it stands, with the model, and without what is nobody else's affair."""
    left_out = ("saved", "role", "embed", "embed_options", _OPEN)
    kept = {key: tuple(st.query_params.get_all(key)) for key in st.query_params if key not in left_out}
    return {**kept, MODEL: (found.model.name,)}
