"""Parts of a page that rerun by themselves. Such a rerun runs the part alone, so it asks at the door itself.

Pages use `fragment` and `dialog` from here, never Streamlit's own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from watchroom.ui import identity

P = ParamSpec("P")
T = TypeVar("T")


def fragment(**options: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """`st.fragment(**options)` for a function that nobody runs who may not come in."""

    def decorated(function: Callable[P, T]) -> Callable[P, T]:
        made: Callable[P, T] = st.fragment(_asking_first(function), **options)
        return made

    return decorated


def dialog(title: str, **options: Any) -> Callable[[Callable[P, T]], Callable[P, None]]:
    """`st.dialog(title, **options)`, likewise."""

    def decorated(function: Callable[P, T]) -> Callable[P, None]:
        made: Callable[P, Any] = st.dialog(title, **options)(_asking_first(function))
        return made

    return decorated


def _asking_first(function: Callable[P, T]) -> Callable[P, T]:
    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        identity.check()
        return function(*args, **kwargs)

    return guarded
