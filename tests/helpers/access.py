"""What would keep somebody out of a page, as axe-core finds it in a real browser."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STREAMLITS_OWN = {"list", "listitem"}
"""What Streamlit's sidebar navigation does wrong by itself."""


def barriers(page: Page) -> dict[str, list[str]]:
    """What is serious or critical by axe-core, with where it is."""
    page.wait_for_timeout(500)
    violations = Axe().run(page).response["violations"]
    grave = [one for one in violations if one["impact"] in ("serious", "critical") and one["id"] not in STREAMLITS_OWN]
    return {one["id"]: [node["html"][:200] for node in one["nodes"][:3]] for one in grave}
