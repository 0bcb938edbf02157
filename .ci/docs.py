"""Writes the pages of `docs/` that are made from the code; their tests say when one has fallen behind."""

from pathlib import Path

from watchroom.jobs.checks.document import checks_markdown
from watchroom.settings import settings_markdown
from watchroom.store.tables_doc import tables_markdown
from watchroom.workspace.document import workspace_markdown
from watchroom.workspace.policy_document import policies_markdown

PAGES = {
    "checks": checks_markdown,
    "policies": policies_markdown,
    "settings": settings_markdown,
    "tables": tables_markdown,
    "workspace": workspace_markdown,
}

for name, text in PAGES.items():
    (Path(__file__).parents[1] / "docs" / f"{name}.md").write_text(text())
