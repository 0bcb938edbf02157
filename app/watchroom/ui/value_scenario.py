"""A scenario: a model's money by other assumptions than those of its file. It lives in the address and nowhere else.

Whatever is shown of it says that it is one. A scenario belongs to one model: it is dropped when another is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from watchroom.domain.money_text import money
from watchroom.reports.value_words import day_name, month_name
from watchroom.store.queries.models import Model
from watchroom.store.queries.value import Answer
from watchroom.ui.rows import quiet
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, plain
from watchroom.ui.value_assumed import about, baseline_text, fields_of, label, text_of
from watchroom.ui.value_figures import (
    BASELINE,
    COST_FIELDS,
    ERROR_FIELDS,
    OUTCOME_FIELDS,
    Change,
    Changes,
    Figures,
    changed,
    figure_of,
    figures_of,
)

PARAMETER = "assume"
"""In the address, once for each assumption that differs from the file's: `assume=true_positive:150`, nothing after the
colon for unknown."""

_OF = "_scenario_of"
_OPEN = "_scenario_open"
_UNREAD = "_scenario_unread"

BASELINES: Mapping[str, str] = {
    "file": "as in the file",
    "all_negative": "all_negative",
    "all_positive": "all_positive",
    "none": "nothing to compare with",
}

_MOST = 1e15
"""Nobody's assumption is larger, and figures stay exact below."""

NAMED = "A scenario, not the figures of the file"


def figures(model: Model) -> Figures | None:
    """The figures of the model: those of the address's scenario, else those of its file; None without any."""
    given = figures_of(model)
    if given is None:
        return None
    if st.session_state.get(_OF, model.name) != model.name:
        reset()
    st.session_state[_OF] = model.name
    changes = read(given, st.query_params.get_all(PARAMETER))
    return figures_of(model, changes) if changes else given


def of_file(found: Figures) -> Figures:
    """The same model by the assumptions of its file."""
    return replace(found, assumed=found.given, changes=())


def read(given: Figures, texts: Sequence[str]) -> Changes:
    """The changes that an address names, in the order of the file; what is none of this model's is left out."""
    found: dict[str, Change] = {}
    unread = 0
    for text in texts:
        name, _, value = text.partition(":")
        try:
            found[name] = _change(given, name, value)
        except ValueError:
            unread += 1
    st.session_state[_UNREAD] = unread
    return tuple(
        (name, found[name])
        for name in (*fields_of(given), BASELINE)
        if name in found and _differs(given, name, found[name])
    )


def _change(given: Figures, name: str, text: str) -> Change:
    if name == BASELINE:
        if text not in baselines(given):
            raise ValueError(text)
        return text
    if name not in fields_of(given):
        raise ValueError(name)
    if not text.strip():
        return None
    value = float(text)
    if not math.isfinite(value) or abs(value) > _MOST or (name in COST_FIELDS and value < 0):
        raise ValueError(text)
    return value


def _differs(given: Figures, name: str, value: Change) -> bool:
    if name == BASELINE:
        return changed(given.given, ((name, value),)).baseline != given.given.baseline
    return value != figure_of(given.given, name)


def baselines(given: Figures) -> list[str]:
    """What a scenario can be compared with: the file's as it was counted, and what follows from outcomes alone."""
    own = given.given.baseline
    found = ["file"] if own is not None else ["none"]
    if given.spec.task == "binary":
        found += [name for name in ("all_negative", "all_positive") if own is None or own.naive != name]
    return found if "none" in found else [*found, "none"]


def reset() -> None:
    """The figures of the file again."""
    if PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def _write(given: Figures, changes: Mapping[str, Change]) -> None:
    kept = {name: value for name, value in changes.items() if _differs(given, name, value)}
    texts = [f"{name}:{_text(value)}" for name, value in kept.items()]
    if texts:
        st.query_params[PARAMETER] = texts
    else:
        reset()


def _text(value: Change) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float | int) else value


def _set(given: Figures, name: str, key: str) -> None:
    """A control was moved: into the address with it, before the page is drawn."""
    held = dict(read(given, st.query_params.get_all(PARAMETER)))
    value = st.session_state.get(key)
    held[name] = None if value is None else value if isinstance(value, str) else float(value)
    _write(given, held)


def controls(found: Figures) -> None:
    """A control for each assumption, beginning where it stands now."""
    given = of_file(found)
    names = found.spec.answer
    st.caption(
        "Change a figure and everything on this view is worked out anew, from the counts of every day. The file stays "
        "as it is; the scenario stands in the address, to be shared."
    )
    with st.grid(3, min_column_width=190):
        for name in fields_of(found):
            _number(found, given, name)
        _baseline(found, given)
    told = ", ".join(label(name, names) for name, _ in found.changes)
    if unread := st.session_state.get(_UNREAD, 0):
        st.caption(
            f":orange[:material/warning:] {count_of(unread, 'assumption')} of the address cannot be read and "
            f"{'is' if unread == 1 else 'are'} left out."
        )
    if told:
        st.caption(f":material/edit: Otherwise than in the file: {plain(told, 300)}")


def _number(found: Figures, given: Figures, name: str) -> None:
    key = f"_assume_{found.model.name}_{name}"
    value = figure_of(found.assumed, name)
    st.session_state[key] = value
    own = text_of(given.given, name, found.currency, found.spec.answer)
    unit = f", {found.currency}" if found.currency else ""
    st.number_input(
        f"{plain(label(name, found.spec.answer), 60)}{unit}",
        value=None,
        min_value=0.0 if name in COST_FIELDS else -_MOST,
        max_value=_MOST,
        step=_step(figure_of(given.given, name), name),
        format=_format(value),
        key=key,
        placeholder="unknown",
        help=f"{about(name)}; in the file {own}".replace("_", r"\_"),
        on_change=_set,
        args=(given, name, key),
    )


def _step(value: float | None, name: str) -> float:
    """A tenth of what the file says, rounded down to a round figure."""
    size = abs(value or 0.0) or (1.0 if name in ERROR_FIELDS else 100.0 if name in COST_FIELDS else 10.0)
    return float(10.0 ** (math.floor(math.log10(size)) - 1))


def _format(value: float | None) -> str:
    """As many decimals as the figure has."""
    text = f"{value or 0.0:.8f}".rstrip("0").partition(".")[2]
    return f"%.{len(text)}f"


def _baseline(found: Figures, given: Figures) -> None:
    if not any(name in (*OUTCOME_FIELDS, *ERROR_FIELDS) for name in fields_of(found)):
        return
    options = baselines(given)
    key = f"_assume_{found.model.name}_{BASELINE}"
    st.session_state[key] = dict(found.changes).get(BASELINE, options[0])
    st.selectbox(
        "Without the model",
        options,
        format_func=lambda one: _named(given, one),
        key=key,
        help="What is earned more than this is what the model brings. Others of the file's baselines are counted when "
        "the file names them.",
        on_change=_set,
        args=(given, BASELINE, key),
    )


def _named(given: Figures, choice: str) -> str:
    if choice == "none":
        return "nothing to compare with"
    said = baseline_text(changed(given.given, ((BASELINE, choice),)), given.spec.answer)
    return f"{said}, as in the file" if choice == "file" else said


def banner(found: Figures) -> None:
    """That this is a scenario, and how it differs from the file: first of all, in every theme and in print."""
    before = of_file(found)
    with st.container(border=True, gap="xsmall"):
        st.subheader(f":orange[:material/experiment: {NAMED}]", anchor=False)
        rows = differences(before, found)
        lines = ["| | by the file | in this scenario |", "|:--|--:|--:|"]
        lines += [f"| {plain(a, 60)} | {plain(b, 90)} | :orange[**{plain(c, 90)}**] |" for a, b, c in rows]
        st.markdown("\n".join(lines))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button("Back to the file's figures", icon=":material/undo:", on_click=reset, key="_scenario_reset")
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
