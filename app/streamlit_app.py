"""The frame: the door, navigation by role, the scope, the snapshot's age, one lease on it, one error boundary."""

from __future__ import annotations

from pathlib import Path

from watchroom import ui
from watchroom.errors import WatchroomError
from watchroom.ui import frame

ROOT = Path(__file__).resolve().parent.parent

frame.configure()
if frame.admitted():
    page, place = frame.navigation(ROOT)
    try:
        with ui.leased():
            frame.named_view()
            frame.sidebar(place, page)
            frame.run(page)
    except WatchroomError as problem:
        ui.error(problem)
