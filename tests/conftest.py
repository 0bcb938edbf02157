"""What every test may use: the browser, and caches that do not outlive a test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.browser import BROWSER_FLAGS, system_browser

ARTIFACTS = Path(__file__).parent / ".artifacts"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a page is a browser test, whether or not it says so."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The system's Chromium if there is one; pytest-playwright has no option for its path."""
    path = system_browser()
    return {**browser_type_launch_args, "args": BROWSER_FLAGS} | ({"executable_path": path} if path else {})


@pytest.fixture(autouse=True)
def _clear_streamlit_caches():
    """Streamlit's caches belong to the process and outlive an `AppTest`."""
    yield
    if (streamlit := sys.modules.get("streamlit")) and "streamlit.runtime" in sys.modules:
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()
