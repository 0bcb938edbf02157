"""Reads a workspace: its settings, its models and its policies, with everything that is wrong in them.

One broken file never stops the others. What the fields mean is in `model_file` and `room_file`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from watchroom.domain.policy import Policy
from watchroom.errors import WorkspaceError
from watchroom.workspace.mistakes import printable, quoted
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.places import resolved_address, resolved_glob, resolved_path
from watchroom.workspace.policies import POLICIES_FOLDER, Policies, read_policies
from watchroom.workspace.reading import Reading, read
from watchroom.workspace.regulation_maps import read_regulations
from watchroom.workspace.room_file import RoomSettings
from watchroom.workspace.semantics import mistakes_of

SETTINGS_FILE = "watchroom.yaml"
MODELS_FOLDER = "models"
_ENDINGS = {".yaml", ".yml"}


@dataclass(frozen=True)
class Workspace:
    """A workspace as it was read; `folder` is absolute.

    `settings` is `None` when `watchroom.yaml` has any mistake, `models` holds only files without one, and `problems`
    says what is wrong with the others. `files` gives the file of each model that is named in one, also of a broken one.
    `policies` are those without a mistake by name, the one that ships among them; `broken_policies` gives the file of
    each of the others.
    """

    folder: Path
    settings: RoomSettings | None
    models: Mapping[str, ModelSpec]
    problems: tuple[WorkspaceError, ...]
    files: Mapping[str, str]
    policies: Mapping[str, Policy]
    broken_policies: Mapping[str, str] = field(default_factory=dict)
    checked: int = 0
    _usable: RoomSettings = field(default_factory=RoomSettings, repr=False)

    @property
    def tracking_uri(self) -> str | None:
        """MLflow's tracking store, absolute; `None` when not known. It may hold a password: never show it."""
        address = self._usable.mlflow.tracking_uri
        return resolved_address(address.reveal(), self.folder) if address else None

    @property
    def registry_uri(self) -> str | None:
        """MLflow's registry, absolute; the tracking store where it is not named. It may hold a password."""
        address = self._usable.mlflow.registry_uri
        return resolved_address(address.reveal(), self.folder) if address else self.tracking_uri

    @property
    def ledger(self) -> str:
        """The ledger's SQLAlchemy address, absolute. It may hold a password: never show it."""
        return resolved_address(self._usable.ledger.reveal(), self.folder)

    @property
    def store(self) -> Path:
        """The folder of the snapshots, absolute; also while another part of `watchroom.yaml` is wrong."""
        return resolved_path(self._usable.store, self.folder)

    @property
    def evidence(self) -> Path:
        """The folder in which files of evidence are kept, absolute; also while another part is wrong."""
        return resolved_path(self._usable.evidence, self.folder)

    def globs(self, patterns: Iterable[str]) -> tuple[str, ...]:
        """The paths of a model file as absolute globs, for a reader to bind."""
        return tuple(resolved_glob(pattern, self.folder) for pattern in patterns)

    def model_of(self, problem: WorkspaceError) -> str | None:
        """The model whose file the problem is in; `None` when it is in none, or the file does not say which."""
        return next((model for model, file in self.files.items() if file == problem.file), None)


def load_workspace(folder: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
    """Everything in the workspace's folder. Never raises for what is in it: see `Workspace.problems`."""
    folder = folder.absolute()
    if not folder.is_dir():
        return _nothing(folder)
    room = _room(folder, environ)
    models, files, model_problems, model_count = _models(folder, environ)
    policies, folder_problems = _policies(folder)
    regulations = read_regulations(folder, environ)
    return Workspace(
        folder=folder,
        settings=room.value,
        models=MappingProxyType(models),
        problems=(*room.problems, *model_problems, *folder_problems, *policies.problems, *regulations.problems),
        files=MappingProxyType(files),
        policies=policies.sound,
        broken_policies=policies.broken,
        checked=1 + model_count + policies.files + regulations.files,
        _usable=room.rest or RoomSettings(),
    )


def _nothing(folder: Path) -> Workspace:
    problem = WorkspaceError(
        f"There is no folder {quoted(str(folder))}.",
        next_step="Write a workspace with `watchroom init`, or name another folder with --workspace.",
    )
    return Workspace(folder, None, MappingProxyType({}), (problem,), MappingProxyType({}), read_policies(()).sound)


def _room(folder: Path, environ: Mapping[str, str]) -> Reading[RoomSettings]:
    path = folder / SETTINGS_FILE
    if not path.exists() and not path.is_symlink():
        missing = WorkspaceError(
            f"There is no {SETTINGS_FILE}.",
            why=f"Expected it in {quoted(str(folder))}.",
            next_step="Write one with `watchroom init`, or name another folder with --workspace.",
            file=SETTINGS_FILE,
        )
        return Reading(None, None, (missing,), None)
    return read(path, SETTINGS_FILE, "watchroom", RoomSettings, environ, within=folder)


def _models(
    folder: Path, environ: Mapping[str, str]
) -> tuple[dict[str, ModelSpec], dict[str, str], list[WorkspaceError], int]:
    models: dict[str, ModelSpec] = {}
    files: dict[str, str] = {}
    problems: list[WorkspaceError] = []
    paths = _yaml_files(folder / MODELS_FOLDER, problems)
    for path in paths:
        shown = f"{MODELS_FOLDER}/{printable(path.name)}"
        reading = read(path, shown, "model", ModelSpec, environ, mistakes_of, within=folder)
        problems += reading.problems
        name = _model_named(reading)
        if name is None:
            continue
        if name in files:
            problems.append(_second_file(name, files[name], shown, reading))
            continue
        files[name] = shown
        if reading.value is not None:
            models[name] = reading.value
    return models, files, problems, len(paths)


def _model_named(reading: Reading[ModelSpec]) -> str | None:
    name = reading.root.child("model") if reading.root else None
    return name.value if name is not None and isinstance(name.value, str) and name.value else None


def _second_file(name: str, first: str, shown: str, reading: Reading[ModelSpec]) -> WorkspaceError:
    return WorkspaceError(
        f"A second file describes the model {quoted(name)}; it is left out.",
        why=f"The first is {first}.",
        next_step="Keep one of the two.",
        file=shown,
        line=reading.root.line_of(("model",)) if reading.root else None,
        field="model",
    )


def _policies(folder: Path) -> tuple[Policies, list[WorkspaceError]]:
    problems: list[WorkspaceError] = []
    return read_policies(_yaml_files(folder / POLICIES_FOLDER, problems)), problems


def _yaml_files(folder: Path, problems: list[WorkspaceError]) -> list[Path]:
    """The YAML files in the folder by name; hidden ones are an editor's own."""
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        problems.append(WorkspaceError("The folder cannot be read.", why=why, file=folder.name))
        return []
    return [path for path in paths if path.suffix.lower() in _ENDINGS and not path.name.startswith(".")]
