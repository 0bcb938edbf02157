"""A scenario on the page of value: the controls of its assumptions, and the banner that says that it is one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from watchroom.domain.money_text import money
from watchroom.reports.value_words import day_name, month_name
from watchroom.store.queries.value import Answer
from watchroom.ui import scenario
from watchroom.ui.rows import quiet
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, plain
from watchroom.ui.value_assumed import baseline_text, fields_of, label, text_of
from watchroom.ui.value_figures import BASELINE, ERROR_FIELDS, OUTCOME_FIELDS, Figures, changed

_OPEN = "_scenario_open"


def controls(found: Figures) -> None:
    """A control for each assumption, beginning where it stands now."""
    names = found.spec.answer
    st.caption(
        "Change a figure and everything on this view is worked out anew, from the counts of every day. The file stays "
        "as it is; the scenario stands in the address, to be shared."
    )
    with st.grid(3, min_column_width=190):
        for name in fields_of(found):
            scenario.field(found, name)
        _baseline(found, scenario.of_file(found))
    told = ", ".join(label(name, names) for name, _ in found.changes)
    scenario.left_out()
    if told:
        st.caption(f":material/edit: Otherwise than in the file: {plain(told, 300)}")


def _baseline(found: Figures, given: Figures) -> None:
    if not any(name in (*OUTCOME_FIELDS, *ERROR_FIELDS) for name in fields_of(found)):
        return
    options = scenario.baselines(given)
    key = f"_assume_{found.model.name}_{BASELINE}"
    st.session_state[key] = dict(found.changes).get(BASELINE, options[0])
    st.selectbox(
        "Without the model",
        options,
        format_func=lambda one: _named(given, one),
        key=key,
        help="What is earned more than this is what the model brings. Others of the file's baselines are counted when "
        "the file names them.",
        on_change=scenario.moved,
        args=(given, BASELINE, key),
    )


def _named(given: Figures, choice: str) -> str:
    if choice == "none":
        return "nothing to compare with"
    said = baseline_text(changed(given.given, ((BASELINE, choice),)), given.spec.answer)
    return f"{said}, as in the file" if choice == "file" else said


def banner(found: Figures) -> None:
    """That this is a scenario, and how it differs from the file: first of all, in every theme and in print."""
    before = scenario.of_file(found)
    with st.container(border=True, gap="xsmall"):
        st.subheader(f":orange[:material/experiment: {scenario.NAMED}]", anchor=False)
        rows = differences(before, found)
        lines = ["| | by the file | in this scenario |", "|:--|--:|--:|"]
        lines += [f"| {plain(a, 60)} | {plain(b, 90)} | :orange[**{plain(c, 90)}**] |" for a, b, c in rows]
        st.markdown("\n".join(lines))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Back to the file's figures", icon=":material/undo:", on_click=scenario.reset, key="_scenario_reset"
            )
            frame = pd.DataFrame(rows, columns=["assumption or figure", "by the file", "in this scenario"])
            download("Download the comparison as CSV", "scenario", lambda: frame)
        st.markdown(
            quiet(f"{count_of(len(found.changes), 'assumption')} otherwise; nothing of it is kept in the file.")
        )


def differences(before: Figures, after: Figures) -> list[tuple[str, str, str]]:
    """What differs: each assumption by file and scenario, then the net of the month, of all, and the pay-back date."""
    names, currency = after.spec.answer, after.currency
    rows = [
        (
            label(name, names),
            text_of(before.assumed, name, currency, names),
            text_of(after.assumed, name, currency, names),
        )
        for name, _ in after.changes
    ]
    then, now = before.answer, after.answer
    if then is None or now is None:
        return rows
    rows.append((f"Net in {month_name(now)}", money(then.net, currency), money(now.net, currency)))
    since = f"Net since {day_name(now.first_day)}"
    rows.append((since, money(then.running_net, currency), money(now.running_net, currency)))
    rows.append(("Paid back on", _paid(then), _paid(now)))
    return rows


def _paid(answer: Answer) -> str:
    if answer.build_cost is None:
        return "unknown"
    return day_name(answer.paid_back_on) if answer.paid_back_on else "not yet"


def section(found: Figures) -> None:
    """Where assumptions are changed; open while some are."""
    opened = st.session_state.get(_OPEN)
    if opened is None and found.scenario:
        st.session_state[_OPEN] = True
    with st.expander("Try other assumptions", icon=":material/tune:", key=_OPEN, on_change="rerun") as box:
        if box.open:
            controls(found)
