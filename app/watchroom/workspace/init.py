"""`watchroom init`: writes a first workspace, with a commented file for each registered model that was found.

It asks nobody: the caller gives the models. It never changes a file that is there.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchroom.domain.vocabulary import Task
from watchroom.errors import WorkspaceError
from watchroom.workspace.load import MODELS_FOLDER, SETTINGS_FILE, load_workspace
from watchroom.workspace.mistakes import quoted
from watchroom.workspace.places import resolved_address
from watchroom.workspace.policies import POLICIES_FOLDER
from watchroom.workspace.schema import FileKind, json_schema
from watchroom.workspace.templates import model_text, room_text

SCHEMA_FOLDER = ".schema"
"""Where editors find the JSON Schemas that the written files name in their first line."""

_NAME_LENGTH = 60  # of a file's name: every file system takes it, with room for the digest
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}  # on Windows


@dataclass(frozen=True)
class RegisteredModel:
    """A registered model as the registry has it: `inputs` are its signature's columns, `task` a guess or `None`."""

    name: str
    description: str = ""
    inputs: tuple[str, ...] = ()
    task: Task | None = None


@dataclass(frozen=True)
class InitReport:
    """What was written; what was there already and is as it was; and the models that no file can name, with why."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    left_out: tuple[WorkspaceError, ...] = ()


def init_workspace(folder: Path, tracking_uri: str, registered: Sequence[RegisteredModel]) -> InitReport:
    """Writes `watchroom.yaml` and a file for each model that has none yet.

    A relative place in `tracking_uri` is taken from the current folder, as on any command line. Raises
    `WorkspaceError` when a file cannot be written.
    """
    folder = folder.absolute()
    for part in (folder, *(folder / name for name in (MODELS_FOLDER, POLICIES_FOLDER, SCHEMA_FOLDER))):
        _make_folder(part)
    known = load_workspace(folder, {}).files
    written: list[Path] = []
    kept: list[Path] = []
    left_out: list[WorkspaceError] = []
    for path, text in _common_files(folder, tracking_uri):
        (written if _write_new(path, text) else kept).append(path)
    for model in {model.name: model for model in registered}.values():
        if model.name in known:
            kept.append(folder / known[model.name])
        elif not _can_be_written(model.name):
            left_out.append(_no_file(model.name))
        else:
            written.append(_write_model(folder / MODELS_FOLDER, model))
    return InitReport(tuple(written), tuple(kept), tuple(left_out))


def _common_files(folder: Path, tracking_uri: str) -> Iterator[tuple[Path, str]]:
    yield folder / SETTINGS_FILE, room_text(_for_the_file(tracking_uri, folder))
    kinds: tuple[FileKind, ...] = ("watchroom", "model", "policy")
    for kind in kinds:
        yield folder / SCHEMA_FOLDER / f"{kind}.json", json.dumps(json_schema(kind), indent=2) + "\n"


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> WorkspaceError:
    why = f"{error.strerror or type(error).__name__}."
    return WorkspaceError(f"{quoted(str(path))} cannot be written.", why=why, next_step="Name another folder.")


def _write_new(path: Path, text: str) -> bool:
    """Writes the file unless there is one of that name; says whether it did."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise _cannot_write(path, error) from None
    return True


def _can_be_written(name: str) -> bool:
    try:
        return bool(name.encode("utf-8"))
    except UnicodeEncodeError:
        return False


def _no_file(name: str) -> WorkspaceError:
    return WorkspaceError(
        f"The model {quoted(name)} gets no file.",
        why="Its name is empty or holds characters that no text file can.",
        next_step="Give it another name in MLflow.",
    )


def _write_model(folder: Path, model: RegisteredModel) -> Path:
    text = model_text(model.name, model.description, model.inputs, model.task)
    taken = {path.name.lower() for path in folder.iterdir()}
    for name in file_names(model.name):
        if f"{name}.yaml" not in taken and f"{name}.yml" not in taken and _write_new(folder / f"{name}.yaml", text):
            return folder / f"{name}.yaml"
    raise WorkspaceError(f"No file name is free for the model {quoted(model.name)}.", file=MODELS_FOLDER)


def file_names(model: str) -> Iterator[str]:
    """Names for the model's file that any file system takes, the plainest first; lower case, so that none collide."""
    folded = unicodedata.normalize("NFKD", model).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9_-]+", "-", folded).strip("-_")[:_NAME_LENGTH].strip("-_")
    digest = hashlib.sha256(model.encode("utf-8")).hexdigest()
    if plain and plain not in _RESERVED:
        yield plain
    yield f"{plain or 'model'}-{digest[:8]}"
    yield f"{plain or 'model'}-{digest}"


def _for_the_file(tracking_uri: str, folder: Path) -> str:
    """The address as the file should say it: relative places are the workspace's there, not the current folder's."""
    if "${" in tracking_uri:
        return tracking_uri
    absolute = resolved_address(tracking_uri, Path.cwd())
    return tracking_uri if absolute == tracking_uri else absolute.replace(f"{folder}/", "./", 1)
