"""Code to copy: load a version, make it the champion. Names from outside are quoted as literals."""

from __future__ import annotations

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
