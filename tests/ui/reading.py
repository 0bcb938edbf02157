"""Opens a page of the app as a person would, and reads what stands on it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui import sample

ENTRY = Path(__file__).parent.parent.parent / "app" / "streamlit_app.py"
SECONDS = 30
"""Plenty for the first run, which imports pandas and DuckDB; a page takes milliseconds after that."""


class Reader:
    """A person with a browser, in front of one store."""

    def __init__(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        monkeypatch.setenv("WATCHROOM_STORE", str(store))
        # AppTest looks through every installed package for components, at each run; that takes most of a second.
        monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)

    def open(self, page: str, **address: str) -> AppTest:
        """The page with this address."""
        app = AppTest.from_file(str(ENTRY), default_timeout=SECONDS)
        for key, value in address.items():
            app.query_params[key] = value
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception, app.exception
        return app


def full(store: Path, **changed: list[dict[str, object]]) -> None:
    """Publish the sample, some of its tables replaced. Published as it is, it is made once and copied."""
    if changed or store.exists():
        publish_rows(store, {**sample.rows(), **changed})
    else:
        shutil.copytree(_published(), store)


@cache
def _published() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    publish_rows(folder / "store", sample.rows())
    return folder / "store"


def said(app: AppTest) -> str:
    """All that a reader sees, in the order of the page: the sidebar first."""
    kinds = ("title", "header", "subheader", "markdown", "text", "caption", "code", "metric", "button", "badge")
    blocks = (app.sidebar, app.main)
    return "\n".join(_text(element) for block in blocks for kind in kinds for element in block.get(kind))


def _text(element: object) -> str:
    parts = (getattr(element, name, "") for name in ("label", "value", "delta"))
    return " ".join(str(part) for part in parts if part).replace("\\", "").replace("\u2060", "")


def figures(app: AppTest) -> dict[str, tuple[str, str]]:
    """The figures in frames: value and note by name."""
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def links(app: AppTest) -> list[tuple[str, str, str]]:
    """The links to pages: label, page, query."""
    protos = [element.proto for element in app.main.get("page_link") + app.sidebar.get("page_link")]
    return [(proto.label.replace("\\", ""), proto.page, proto.query_string) for proto in protos]
