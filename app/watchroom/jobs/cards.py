"""The free text of model cards in the snapshot, and what it claims held against what was measured.

`fill_cards` comes early in a refresh; `check_claims` when everything has been measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from watchroom.errors import WatchroomError, WorkspaceError
from watchroom.reports.card import facts
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.workspace.card_file import CardFile, read_cards
from watchroom.workspace.load import Workspace


def fill_cards(draft: Draft, workspace: Workspace) -> tuple[Problem, ...]:
    """Fill `cards` with the texts beside the models' files; what is wrong with them comes back as problems."""
    found = read_cards(workspace)
    draft.insert("cards", [_row(card) for card in found.cards])
    models = {card.file: card.model for card in found.cards}
    return tuple(_problem(error, models.get(error.file)) for error in found.problems)


def _row(card: CardFile) -> tuple[str, ...]:
    return (card.model, card.file, card.text, sha256(card.text.encode(errors="replace")).hexdigest())


def _problem(error: WorkspaceError, model: str | None) -> Problem:
    return Problem("workspace", "warning", error.place, error.what, error.why, error.next_step, model)


def check_claims(draft: Draft) -> tuple[Problem, ...]:
    """A problem for every claim of a card that is not so any more, by the draft as it is.

    Everything that cards tell of (all parts but `problems`) must be there. A card that cannot be judged is a problem
    of its own.
    """
    snapshot = Preview(draft)
    return tuple(problem for model, file in _cards(draft) for problem in _stale(snapshot, model, file))


def _cards(draft: Draft) -> list[tuple[str, str]]:
    return draft.connection.execute("select model, file from room.cards order by model").fetchall()


def _stale(snapshot: Preview, model: str, file: str) -> Iterable[Problem]:
    try:
        claims = facts.claims(snapshot, model=model)
    except WatchroomError as error:
        return [Problem("workspace", "warning", file, error.what, error.why, error.next_step, model)]
    return [
        Problem(
            "workspace",
            "warning",
            f"{file}:{claim.binding.line}",
            f"The card of {model} is stale: {claim.wrong[:300]}.",
            "What is measured has changed since it was written.",
            "Correct the card, or find out why the figure changed.",
            model,
        )
        for claim in claims
        if claim.status == "stale"
    ]
