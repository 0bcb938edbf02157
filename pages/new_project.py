"""New project: six questions, the models that are like it, and a folder to begin with."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import new_project

ui.page_header("new_project")
new_project.draw()
