"""Code to copy: load a version, reproduce it, make it the champion. Names from outside are quoted as literals."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from urllib.parse import quote


def load(model: str, version: int, tracking_uri: str, *, champion: bool) -> str:
    """Python that loads this version; for the champion also the line that follows the alias."""
    lines = [*connect(tracking_uri), f"model = mlflow.pyfunc.load_model({_uri(model, f'/{version}')!r})"]
    if champion:
        lines.append(f"# or whichever is champion when it runs: {_uri(model, '@champion')!r}")
    return "\n".join([*lines, "predictions = model.predict(frame)  # a pandas frame with the signature's columns"])


def load_logged(uri: str, tracking_uri: str) -> str:
    """Python that loads a logged model by its address (`models:/m-…`, `runs:/…`, or a place), registered or not."""
    lines = [*connect(tracking_uri), f"model = mlflow.pyfunc.load_model({uri!r})"]
    return "\n".join([*lines, "predictions = model.predict(frame)  # a pandas frame with the signature's columns"])


def promote(model: str, version: int, tracking_uri: str) -> str:
    """Python that points the alias champion at this version."""
    call = f"mlflow.MlflowClient().set_registered_model_alias({model!r}, 'champion', {version})"
    return "\n".join([*connect(tracking_uri), call])


def reproduce(run: Mapping[str, object], tracking_uri: str) -> str:
    """Shell commands that bring back the code and the environment of a run, as far as they were recorded."""
    run_id, commit = run.get("run_id"), run.get("commit")
    lines = [f"export MLFLOW_TRACKING_URI={shlex.quote(tracking_uri)}"] if tracking_uri else []
    if is_folder(tracking_uri):
        lines.insert(0, "export MLFLOW_ALLOW_FILE_STORE=true  # MLflow refuses a folder of mlruns without it")
    lines.append(
        f"git checkout {shlex.quote(str(commit))}" if commit else "# commit unknown: check out the code by hand"
    )
    if run_id:
        lines.append(f"mlflow artifacts download --run-id {shlex.quote(str(run_id))} --dst-path run")
        lines.append("# run/ now holds what the run logged: environment files, data references, the model")
    else:
        lines.append("# the run is not known: there is nothing to download")
    return "\n".join(lines)


def connect(tracking_uri: str) -> list[str]:
    """The lines that every Python recipe begins with."""
    allow = 'os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # MLflow refuses a folder of mlruns without it'
    first = ["import os", "", allow, ""] if is_folder(tracking_uri) else []
    return [*first, "import mlflow", "", *([f"mlflow.set_tracking_uri({tracking_uri!r})"] if tracking_uri else [])]


def is_folder(tracking_uri: str) -> bool:
    """Whether that address is a folder of mlruns."""
    return bool(tracking_uri) and ("://" not in tracking_uri or tracking_uri.startswith("file:"))


def _uri(model: str, suffix: str) -> str:
    return f"models:/{quote(model, safe=' -_.@:') if '/' in model else model}{suffix}"
