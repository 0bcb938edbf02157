"""The `MLmodel` file of a logged model, read as data: what it says of flavors, signature and origin.

Nothing is loaded and nothing runs: the file names code (`loader_module`), and naming it is all that happens here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchroom.errors import SourceError
from watchroom.sources.tracking.yamltext import load_mapping, scalar_text

FILE_NAME = "MLmodel"

SIZE_LIMIT = 1_000_000
"""Characters. A signature of ten thousand columns has fewer."""


@dataclass(frozen=True)
class MLmodelFacts:
    """What an `MLmodel` file says. A text is None where the file does not say it.

    `flavors` is in alphabetical order. The parts of the signature are MLflow's own JSON. `loader_module` and
    `python_version` are those of the `python_function` flavor.
    """

    flavors: tuple[str, ...]
    signature_inputs: str | None
    signature_outputs: str | None
    signature_params: str | None
    has_input_example: bool
    model_id: str | None
    run_id: str | None
    mlflow_version: str | None
    loader_module: str | None
    python_version: str | None
    utc_time_created: str | None


def parse_mlmodel(text: str) -> MLmodelFacts:
    """The facts in the text of an `MLmodel` file.

    Raises `SourceError` when it is too large, is not YAML, or is not the mapping that MLflow writes.
    """
    return facts_of(_load(text))


def facts_of(content: Mapping[str, Any]) -> MLmodelFacts:
    """The facts in the content of an `MLmodel` file. Raises `SourceError` when it is not the mapping MLflow writes."""
    flavors = content.get("flavors")
    if not isinstance(flavors, Mapping):
        raise SourceError("The MLmodel file names no flavors.", why="MLflow writes a mapping called `flavors` into it.")
    function = flavors.get("python_function")
    function = function if isinstance(function, Mapping) else {}
    signature = content.get("signature")
    signature = signature if isinstance(signature, Mapping) else {}
    return MLmodelFacts(
        flavors=tuple(sorted(str(name) for name in flavors)),
        signature_inputs=scalar_text(signature.get("inputs")),
        signature_outputs=scalar_text(signature.get("outputs")),
        signature_params=scalar_text(signature.get("params")),
        has_input_example=bool(content.get("saved_input_example_info")),
        model_id=scalar_text(content.get("model_id")),
        run_id=scalar_text(content.get("run_id")),
        mlflow_version=scalar_text(content.get("mlflow_version")),
        loader_module=scalar_text(function.get("loader_module")),
        python_version=scalar_text(function.get("python_version")),
        utc_time_created=scalar_text(content.get("utc_time_created")),
    )


def _load(text: str) -> Mapping[str, Any]:
    if len(text) > SIZE_LIMIT:
        raise SourceError(f"The MLmodel file is larger than {SIZE_LIMIT:,} characters.")
    try:
        return load_mapping(text)
    except ValueError as error:
        raise SourceError("The MLmodel file cannot be understood.", why=str(error)) from error
