"""A scenario in the address: assumptions of a model that differ from those of its file, read, changed and dropped.

Value and Threshold hold it alike, so that links between them keep it. It belongs to one model: it is dropped when
another is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui.text import count_of, plain
from watchroom.ui.value_assumed import about, fields_of, label, text_of
from watchroom.ui.value_figures import (
    BASELINE,
    COST_FIELDS,
    ERROR_FIELDS,
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

NAMED = "A scenario, not the figures of the file"

_OF = "_scenario_of"
_UNREAD = "_scenario_unread"

_MOST = 1e15
"""Nobody's assumption is larger, and figures stay exact below."""


def figures(model: Model, *, blank: bool = False) -> Figures | None:
    """The figures of the model: those of the address's scenario, else those of its file.

    None without a file that speaks of money; with `blank` all of it is unknown then, and may be tried.
    """
    _forget_others(model)
    given = figures_of(model, blank=blank)
    if given is None:
        return None
    changes = read(given, st.query_params.get_all(PARAMETER))
    return figures_of(model, changes, blank=blank) if changes else given


def _forget_others(model: Model) -> None:
    """Another model was chosen, and the scenario of the one before still stands there: a link brings its own."""
    name, texts = st.session_state.get(_OF, (model.name, []))
    if name != model.name and texts == st.query_params.get_all(PARAMETER):
        reset()
    st.session_state[_OF] = (model.name, st.query_params.get_all(PARAMETER))


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


def texts_of(changes: Changes) -> list[str]:
    """The changes as an address names them, for a link."""
    return [f"{name}:{_text(value)}" for name, value in changes]


def assume(given: Figures, changes: Mapping[str, Change]) -> None:
    """These assumptions besides those that the address has already, before the page is drawn."""
    held = {**dict(read(given, st.query_params.get_all(PARAMETER))), **changes}
    texts = texts_of(tuple((name, value) for name, value in held.items() if _differs(given, name, value)))
    if texts:
        st.query_params[PARAMETER] = texts
    else:
        reset()


def _text(value: Change) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float | int) else value


def moved(given: Figures, name: str, key: str) -> None:
    """A control was moved: into the address with it, before the page is drawn."""
    value = st.session_state.get(key)
    assume(given, {name: None if value is None else value if isinstance(value, str) else float(value)})


def left_out() -> None:
    """Says it where the address has assumptions that cannot be read."""
    if unread := st.session_state.get(_UNREAD, 0):
        st.caption(
            f":orange[:material/warning:] {count_of(unread, 'assumption')} of the address cannot be read and "
            f"{'is' if unread == 1 else 'are'} left out."
        )


def field(found: Figures, name: str) -> None:
    """The control of an assumption that is a number, beginning where it stands now."""
    given = of_file(found)
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
        on_change=moved,
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
