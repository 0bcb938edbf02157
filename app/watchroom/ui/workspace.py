"""What the pages know of the workspace, as the refresh wrote it into the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from watchroom.store.queries import status as queries
from watchroom.ui.room import ask, noted
from watchroom.ui.text import zone_of


@dataclass(frozen=True)
class Facts:
    """The workspace's own settings that a page shows. Empty text where the workspace says nothing."""

    title: str
    folder: str
    tracking_uri: str
    currency: str
    time_zone: str
    commit_link: str = ""
    compare_link: str = ""
    remember_visits: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        return zone_of(self.time_zone)


def facts() -> Facts:
    """The workspace's facts of the snapshot in hand."""
    return noted("facts", _facts)


def _facts() -> Facts:
    found = ask(queries.workspace)
    return Facts(
        title=found.get("title", ""),
        folder=found.get("folder", ""),
        tracking_uri=found.get("tracking_uri", ""),
        currency=found.get("currency", ""),
        time_zone=found.get("time_zone", "UTC"),
        commit_link=found.get("commit_link", ""),
        compare_link=found.get("compare_link", ""),
        remember_visits=found.get("remember_visits") == "yes",
    )
