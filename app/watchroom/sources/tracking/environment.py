"""What the files beside an `MLmodel` say of the environment that the model was made in. Read as text; nothing runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchroom.errors import SourceError, SourceMissing, SourceUnreachable
from watchroom.sources.tracking.contract import TrackingSource
from watchroom.sources.tracking.yamltext import load_mapping

REQUIREMENTS, CONDA = "requirements.txt", "conda.yaml"

TEXT_LIMIT = 200_000
"""Characters. The longest list that `pip freeze` gives has some ten thousand; a megabyte is something else."""


@dataclass(frozen=True)
class Environment:
    """The lines for pip, and the Python, as recorded; None where the files do not say.

    `problem` is why not, where it is not known whether there are such lines; `silent` that nothing answered.
    """

    requirements: str | None
    python_version: str | None = None
    problem: str | None = None
    silent: bool = False


def read_environment(source: TrackingSource, location: str) -> Environment:
    """The environment of the model under `location`: its `requirements.txt`, else the pip list in its `conda.yaml`.

    Never raises: whatever is wrong is in `problem`.
    """
    try:
        try:
            return Environment(_clean(source.read_text(location, REQUIREMENTS)))
        except SourceMissing:
            return from_conda(_clean(source.read_text(location, CONDA)) or "")
    except SourceMissing:
        return Environment(None)
    except (SourceError, ValueError) as error:
        why = f"{error.what} {error.why}".strip() if isinstance(error, SourceError) else str(error)
        silent = isinstance(error, SourceUnreachable)
        return Environment(None, problem=f"Its list of requirements could not be read: {why}", silent=silent)


def from_conda(text: str) -> Environment:
    """What a `conda.yaml` says: the pip list, a requirement on each line, and the Python. Raises ValueError."""
    entries = load_mapping(text).get("dependencies")
    entries = entries if isinstance(entries, list) else []
    lines = [line for entry in entries if isinstance(entry, Mapping) for line in _texts(entry.get("pip"))]
    pythons = [entry for entry in _texts(entries) if entry.replace(" ", "").startswith("python=")]
    return Environment("\n".join(lines) or None, pythons[0].split("=")[-1].strip() if pythons else None)


def _texts(value: object) -> list[str]:
    return [line for line in value if isinstance(line, str)] if isinstance(value, list) else []


def _clean(text: str) -> str | None:
    """The text as the store keeps it: without a byte order mark and NUL; None when nothing stands in it."""
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"it is longer than {TEXT_LIMIT:,} characters.")
    return text.removeprefix("\ufeff").replace("\0", "\ufffd").strip() or None
