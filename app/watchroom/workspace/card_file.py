"""The free text of model cards: `models/<name>.md` beside the model's own file `models/<name>.yaml`.

Here it is found and read, and its bindings are looked at as far as the text alone tells: `watchroom check` names those
that cannot be any. What they claim is judged when the store is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from watchroom.domain.card_claims import mistake
from watchroom.domain.card_text import LONGEST, MOST_BINDINGS, Binding, bindings
from watchroom.errors import WorkspaceError
from watchroom.workspace.load import MODELS_FOLDER, Workspace
from watchroom.workspace.mistakes import nearest, printable
from watchroom.workspace.yaml_file import read_text

ENDING = ".md"
_NO_CARDS = {"readme", "index", "contributing", "changelog"}
"""Markdown that people keep in any folder."""


@dataclass(frozen=True)
class CardFile:
    """A model's card: its file relative to the workspace, and its text as written."""

    model: str
    file: str
    text: str


@dataclass(frozen=True)
class CardFiles:
    """The cards that could be read, and what is wrong with them and with the others."""

    cards: tuple[CardFile, ...]
    problems: tuple[WorkspaceError, ...]


def read_cards(workspace: Workspace) -> CardFiles:
    """Every card beside a model's file. Never raises for what is in them."""
    by_stem = {PurePosixPath(file).stem: model for model, file in workspace.files.items()}
    cards: list[CardFile] = []
    problems: list[WorkspaceError] = []
    for path in _files(workspace.folder / MODELS_FOLDER):
        shown = f"{MODELS_FOLDER}/{printable(path.name)}"
        model = by_stem.get(printable(path.stem))
        if model is None:
            problems.append(_of_no_model(shown, path.stem, by_stem))
            continue
        try:
            text = read_text(path, shown, workspace.folder)
        except WorkspaceError as error:
            problems.append(error)
            continue
        cards.append(CardFile(model, shown, text[:LONGEST]))
        problems += mistakes(text, shown)
    return CardFiles(tuple(cards), tuple(problems))


def mistakes(text: str, file: str) -> list[WorkspaceError]:
    """What is wrong in a card's text: bindings that cannot be any, and more of it than is read."""
    found = bindings(text)
    wrong = [_broken(one, file, why) for one in found if (why := mistake(one))]
    if len(text) > LONGEST:
        wrong.append(
            WorkspaceError(f"The card is longer than {LONGEST:,} characters; the rest is left out.", file=file)
        )
    if len(found) == MOST_BINDINGS:
        wrong.append(WorkspaceError(f"Only the first {MOST_BINDINGS} bindings of a card are judged.", file=file))
    return wrong


def _broken(binding: Binding, file: str, why: str) -> WorkspaceError:
    return WorkspaceError(
        f"{printable(binding.written[:80])} cannot be filled in.",
        why=f"{why[:1].upper()}{printable(why[1:])}.",
        next_step="docs/model-card.md lists the bindings.",
        file=file,
        line=binding.line,
    )


def _of_no_model(file: str, stem: str, known: dict[str, str]) -> WorkspaceError:
    return WorkspaceError(
        "This card is beside no model's file.",
        why=f"There is no {MODELS_FOLDER}/{printable(stem)[:80]}.yaml that names a model.",
        next_step=nearest(stem, known) or "Name it as the model's file is named.",
        file=file,
    )


def _files(folder: Path) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:  # what is wrong with the folder is said where the models are read
        return []
    cards = [path for path in paths if path.suffix.lower() == ENDING and not path.name.startswith(".")]
    return [path for path in cards if path.stem.lower() not in _NO_CARDS]
