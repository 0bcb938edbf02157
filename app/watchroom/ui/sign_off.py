"""Signing a model version off at a stage: what is seen, who has to sign, and the button that carries what was seen."""

from __future__ import annotations

from watchroom.domain.signable import Signable


def panel(model: str, version: int, stage: str) -> None:
    """What there is to be signed of the version at the stage, whose sign-off is missing, and the way to give it."""


def current(model: str, version: int, stage: str) -> Signable | None:
    """What there is to be signed right now, with what people did since the refresh; None when it is not checked."""
