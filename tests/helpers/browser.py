"""Finds the Chromium that browser tests drive. `python tests/helpers/browser.py` prints it, or fails without one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SYSTEM_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# The tests run as root in containers, without a graphics card, and must not phone anybody.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def system_browser() -> str | None:
    """The first system browser that runs; some systems have a name on the PATH that only asks to install one."""
    return next((path for name in SYSTEM_BROWSERS if (path := shutil.which(name)) and _runs(path)), None)


def playwright_browser() -> str | None:
    """The Chromium that `playwright install` fetched, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _runs(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    browser = system_browser() or playwright_browser()
    if browser is None:
        sys.exit(1)
    print(f"Browser for the tests: {browser}")
