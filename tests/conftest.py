"""What every test may use: the browser, and a process in which no other test has left its app."""

from __future__ import annotations

import sys

import pytest
from hypothesis import settings

from tests.helpers.browser import BROWSER_FLAGS, system_browser

MAIN = sys.modules["__main__"]

# In a worker of pytest-xdist `__main__` has no file. The Spark client, which MLflow asks for a session where it is
# installed, takes that for a run of its own doctests and ends the process; of an interactive one it does not.
if not hasattr(MAIN, "__file__") and not hasattr(sys, "ps1"):
    sys.ps1 = ">>> "

# How long an example takes says how busy the machine is, not whether a property holds.
settings.register_profile("watchroom", deadline=None)
settings.load_profile("watchroom")


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
def _nothing_of_streamlit_outlives_a_test():
    """An `AppTest` leaves two things in its process: the caches, and its script as `__main__`.

    A process that `multiprocessing` starts would import that script as its own.
    """
    sys.modules["__main__"] = MAIN
    yield
    sys.modules["__main__"] = MAIN
    if (streamlit := sys.modules.get("streamlit")) and "streamlit.runtime" in sys.modules:
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()
