"""Every kind of check that runs by itself: its name, what it looks at, what it takes. How it asks is in `jobs/checks`.

A policy's item names one with its parameters. `sql` and `python` are checks of a team's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchroom.domain.check_kinds_build import BUILD
from watchroom.domain.check_kinds_people import PEOPLE
from watchroom.domain.check_kinds_service import SERVICE
from watchroom.domain.check_params import CheckKind, Param, ParamMistake, near, param_mistakes

OWN = (
    CheckKind(
        "sql",
        "own",
        "A statement of your own over the public tables, with the columns model, version and passes, and where you "
        "like stale, value and evidence.",
        (
            Param(
                "sql",
                "text",
                "one SELECT; `passes` is NULL for what cannot be told; `$now` is the time of the refresh, UTC",
                needed=True,
            ),
        ),
    ),
    CheckKind(
        "python",
        "own",
        "A function of your own, which gets what is known of each model version and says whether it passes.",
        (
            Param(
                "function",
                "text",
                "`file.py:name` for a file beside the policies, or `package.module:name` of an installed package",
                needed=True,
            ),
            Param(
                "tables",
                "texts",
                "the public tables whose rows of the model it gets, besides `check_subjects` and `models`",
            ),
        ),
    ),
)

KINDS: Mapping[str, CheckKind] = {kind.name: kind for kind in (*BUILD, *SERVICE, *PEOPLE, *OWN)}
"""Every kind by name, in the order of the docs."""


def mistakes(kind: str, params: Mapping[str, Any]) -> tuple[ParamMistake, ...]:
    """What is wrong with a check of that kind and these parameters; empty when it can be run."""
    if kind not in KINDS:
        step = near(kind, list(KINDS)) or "See docs/checks.md for every kind."
        return (ParamMistake("", f"There is no kind of check {kind!r}.", next_step=step),)
    return tuple(param_mistakes(KINDS[kind], params))


def filled(kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with the kind's defaults for what is left out; None for what has no default.

    Raises KeyError for an unknown kind: check with `mistakes` first.
    """
    return {param.name: _given(param, params) for param in KINDS[kind].params}


def _given(param: Param, params: Mapping[str, Any]) -> Any:
    value = params.get(param.name)
    value = param.default if value is None else value
    return tuple(value) if isinstance(value, list | tuple) else value
