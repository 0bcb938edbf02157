"""Sending word of what is due, by the channels of the alerts: each thing once for each stage of its urgency.

What was sent is in `ledger.reminders`, the sending in `alerts.channels`. Nothing is raised, and the refresh goes on.
"""

from __future__ import annotations

from datetime import datetime

from watchroom.jobs.alerts.notify import Sent
from watchroom.ledger import Ledger
from watchroom.store.draft import Draft
from watchroom.workspace.room_file import RoomSettings

SECONDS = 10.0
"""How long a channel may take for its reminders: as long as for alerts."""


def send_reminders(
    draft: Draft, ledger: Ledger, room: RoomSettings, *, now: datetime | None = None, seconds: float = SECONDS
) -> Sent:
    """Tell every channel of `notify` what is due soon, due or overdue, and what ends, and that it was not told of yet.

    It reads `checks`, `findings`, `handovers`, `waivers`, `approval_states` and `check_subjects` of the draft.
    """
    raise NotImplementedError
