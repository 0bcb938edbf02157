"""The changes of a what-if in the address, `name:value` each, so that they outlast a reload and can be shared."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from watchroom.desk.cases import value_of
from watchroom.domain.decision import Value

CHANGED = "change"
"""The parameter of the address; it stands there once for each change."""

_MISSING = ""


def read(kinds: Mapping[str, str]) -> dict[str, Value]:
    """The changes that the address names, of inputs that the model takes; what does not fit its kind is left out."""
    found: dict[str, Value] = {}
    for text in st.query_params.get_all(CHANGED):
        name = next((one for one in kinds if text.startswith(f"{one}:")), None)
        if name is None:
            continue
        value = _value(text[len(name) + 1 :], kinds[name])
        if kinds[name] == "category" or not isinstance(value, str):
            found[name] = value
    return found


def _value(text: str, kind: str) -> Value:
    return None if text == _MISSING else value_of(text, kind)


def write(changed: Mapping[str, Value]) -> None:
    """Put the changes into the address, in place of those that were there."""
    texts = [f"{name}:{_text(value)}" for name, value in changed.items()]
    if texts != st.query_params.get_all(CHANGED):
        st.query_params[CHANGED] = texts


def _text(value: Value) -> str:
    if value is None:
        return _MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, int | float) else value
