"""The small tables of a tracking server, asked for whole: experiments, logged models, the model registry.

MLflow tells nobody that an alias has moved or a tag has changed, so there is no smaller question to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from watchroom.errors import SourceError
from watchroom.sources.tracking.files_catalog import model_id_of
from watchroom.sources.tracking.http_api import ApiError, MlflowApi
from watchroom.sources.tracking.http_shapes import Json, mappings, shaped, text_of
from watchroom.sources.tracking.rows import catalog_of, whole

PAGE = 1_000
"""Items asked for at once: the most that MLflow gives of registered models."""

_EXPERIMENT_CHUNK = 200  # experiments in one search of logged models
_MODEL_STATUS = {
    "LOGGED_MODEL_PENDING": "PENDING",
    "LOGGED_MODEL_READY": "READY",
    "LOGGED_MODEL_UPLOAD_FAILED": "FAILED",
    "LOGGED_MODEL_STATUS_UNSPECIFIED": "UNSPECIFIED",
}

Rows = dict[str, list[dict[str, Any]]]


def matching_experiments(api: MlflowApi, globs: Sequence[str]) -> list[Json]:
    """The experiments, deleted ones too, whose name matches one of the globs. Raises SourceError if there is none."""
    with shaped(api.shown, "experiments/search"):
        return _matching(api, globs)


def _matching(api: MlflowApi, globs: Sequence[str]) -> list[Json]:
    every = _twice(lambda: _experiments(api), "experiment_id")
    if not every:
        raise _says_nothing(api, "mlflow.tracking_uri")
    # A server over a folder of runs calls an experiment in its trash active, but lists it among the deleted.
    deleted = {each["experiment_id"]: {"lifecycle_stage": "deleted"} for each in _experiments(api, "DELETED_ONLY")}
    staged = [{**each, **deleted.get(each["experiment_id"], {})} for each in every]
    return [each for each in staged if any(fnmatchcase(str(each.get("name", "")), glob) for glob in globs)]


def _experiments(api: MlflowApi, view: str = "ALL") -> Iterator[Json]:
    asked = {"view_type": view, "max_results": PAGE, "order_by": ["experiment_id ASC"]}
    return api.pages("experiments/search", asked, "experiments")


def _says_nothing(api: MlflowApi, setting: str) -> SourceError:
    # Taken for an empty MLflow it would have every run and model recorded as gone, for good.
    return SourceError(
        f"The MLflow server at {api.shown} gives no experiment at all.",
        why="Each MLflow has at least its Default experiment, maybe deleted: this is another service, or it shows "
        "our user nothing.",
        next_step=f"Check `{setting}` in watchroom.yaml, and that the user of the refresh may read the experiments.",
    )


def catalog_rows(api: MlflowApi, registry: MlflowApi, experiments: Sequence[Json]) -> Rows:
    """The rows of the catalog, by table; `registry` may be another server."""
    rows: Rows = {"experiments": [], "experiment_tags": [], "logged_models": []}
    with shaped(api.shown, "experiments/search"):
        for each in experiments:
            rows["experiments"].append(_experiment_row(each))
            rows["experiment_tags"] += _tag_rows({"experiment_id": text_of(each, "experiment_id")}, each)
        _check(rows)
    with shaped(api.shown, "logged-models/search"):
        rows["logged_models"] = [_logged_model_row(each) for each in _logged_models(api, experiments)]
        _check(rows)
    _add_registry(rows, api, registry)
    return rows


def _twice(listing: Callable[[], Iterable[Json]], *key: str) -> list[Json]:
    """A listing, made twice when it has more than one page, and joined.

    MLflow's pages are offsets: when something is removed meanwhile, what follows moves up, and one item is missed. It
    would be taken for gone, and recorded so for good. Missed twice at different places is all but impossible.
    """
    found = {tuple(each[name] for name in key): each for each in listing()}
    if len(found) >= PAGE:
        found |= {tuple(each[name] for name in key): each for each in listing()}
    return list(found.values())


def _experiment_row(each: Json) -> dict[str, Any]:
    return {
        "experiment_id": text_of(each, "experiment_id"),
        "name": each.get("name"),
        "lifecycle_stage": each.get("lifecycle_stage") or "active",
        "artifact_location": each.get("artifact_location") or None,
        "created_ms": whole(each.get("creation_time")),
        "updated_ms": whole(each.get("last_update_time")),
    }


def _logged_models(api: MlflowApi, experiments: Sequence[Json]) -> list[Json]:
    ids = [text_of(each, "experiment_id") for each in experiments]
    found: list[Json] = []
    for start in range(0, len(ids), _EXPERIMENT_CHUNK):
        # Oldest first, so that a model logged meanwhile comes last and moves no other.
        order = [{"field_name": "creation_timestamp", "ascending": True}]
        asked = {"experiment_ids": ids[start : start + _EXPERIMENT_CHUNK], "max_results": PAGE, "order_by": order}
        try:
            found += [each["info"] for each in api.pages("logged-models/search", asked, "models")]
        except ApiError as error:
            if error.is_missing_endpoint:  # before MLflow 3 there are none
                return []
            raise
    return list({each["model_id"]: each for each in found}.values())


def _logged_model_row(each: Json) -> dict[str, Any]:
    status = each.get("status")
    return {
        "model_id": text_of(each, "model_id"),
        "experiment_id": str(each.get("experiment_id")),
        "name": each.get("name"),
        "source_run_id": each.get("source_run_id") or None,
        "status": _MODEL_STATUS.get(str(status), status),
        "model_type": each.get("model_type") or None,
        "lifecycle_stage": "active",  # the server does not give deleted ones
        "artifact_location": each.get("artifact_uri") or None,
        "created_ms": whole(each.get("creation_timestamp_ms")),
        "updated_ms": whole(each.get("last_updated_timestamp_ms")),
    }


def _add_registry(rows: Rows, api: MlflowApi, registry: MlflowApi) -> None:
    with shaped(registry.shown, "registered-models/search"):
        models = _add_models(rows, registry)
    if not models and registry is not api and not any(_experiments(registry)):
        raise _says_nothing(registry, "mlflow.registry_uri")
    with shaped(registry.shown, "model-versions/search"):
        _add_versions(rows, registry)


def _add_models(rows: Rows, registry: MlflowApi) -> list[Json]:
    asked = {"max_results": PAGE, "order_by": ["name ASC"]}
    models = _twice(lambda: registry.pages("registered-models/search", asked, "registered_models", "GET"), "name")
    rows["registered_models"] = [_described(each) for each in models]
    rows["registered_model_tags"] = [row for each in models for row in _tag_rows({"name": text_of(each, "name")}, each)]
    # Aliases come with the models; a search of versions leaves them out.
    rows["aliases"] = [
        {"name": text_of(each, "name"), "alias": text_of(alias, "alias"), "version": _version(alias)}
        for each in models
        for alias in mappings(each, "aliases")
    ]
    _check(rows)
    return models


def _add_versions(rows: Rows, registry: MlflowApi) -> None:
    versions = _twice(
        lambda: registry.pages("model-versions/search", {"max_results": PAGE}, "model_versions", "GET"),
        "name",
        "version",
    )
    rows["model_versions"] = [_version_row(each) for each in versions]
    rows["model_version_tags"] = [
        row
        for each in versions
        for row in _tag_rows({"name": text_of(each, "name"), "version": _version(each)}, each)
    ]  # fmt: skip
    _check(rows)


def _version(each: Json) -> int:
    if (number := whole(each["version"])) is None:
        raise TypeError("version is not a number")
    return number


def _check(rows: Rows) -> None:
    """Raises what Arrow says of values that are not of their column's kind, while it is known who gave them."""
    catalog_of(rows)


def _described(each: Json) -> dict[str, Any]:
    return {
        "name": text_of(each, "name"),
        "description": each.get("description") or None,
        "created_ms": whole(each.get("creation_timestamp")),
        "updated_ms": whole(each.get("last_updated_timestamp")),
    }


def _version_row(each: Json) -> dict[str, Any]:
    source = each.get("source") or None
    return {
        **_described(each),
        "version": _version(each),
        "run_id": each.get("run_id") or None,
        "model_id": each.get("model_id") or model_id_of(source),
        "source": source,
        "stage": each.get("current_stage") or None,
        "status": each.get("status") or None,
        "user": each.get("user_id") or None,
    }


def _tag_rows(owner: Mapping[str, Any], each: Json) -> list[dict[str, Any]]:
    return [{**owner, "key": text_of(tag, "key"), "value": tag.get("value", "")} for tag in mappings(each, "tags")]
