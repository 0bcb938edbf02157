"""A step, or one model in it, that failed as nobody foresaw: what people are told, and asked to report."""

from __future__ import annotations

import logging

from watchroom.jobs.profile import problems as say
from watchroom.sources.tracking.contract import Problem
from watchroom.workspace.load import Workspace

_LOG = logging.getLogger("watchroom.refresh")


def failed(place: str, what: str, error: Exception) -> Problem:
    """That a step failed. Call it where the error is caught: its traceback goes to the log, for whoever mends it."""
    return Problem("workspace", "error", place, what, why=_logged(place, error), next_step=_next_step("."))


def model_failed(workspace: Workspace, model: str, field: str, what: str, error: Exception) -> Problem:
    """The same of one model, by the field of its file that the step is about."""
    place = f"{workspace.files.get(model, model)} ({field})"
    why, next_step = _logged(place, error), _next_step(", with what its log holds.")
    return say.log_problem(model, place, what, severity="error", why=why, next_step=next_step)


def _logged(place: str, error: Exception) -> str:
    """The first line of what went wrong, of which the log has all."""
    _LOG.error("%s failed.", place, exc_info=error)
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _next_step(ending: str) -> str:
    return f"It is tried again at the next refresh. Please report it{ending}"
