"""The note that a failed refresh leaves beside the snapshot, read and shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from watchroom.ui.text import ago, as_utc, paragraph, sentence, when


@dataclass(frozen=True)
class Failure:
    """What the last refresh died of. `at` is None when the note does not say."""

    at: datetime | None
    what: str
    why: str
    next_step: str


def last_failure(file: Path) -> Failure | None:
    """The note that a failed refresh left; None when the last one went well. A damaged note is a failure too."""
    try:
        note = json.loads(file.read_text("utf-8"))
        at = as_utc(datetime.fromisoformat(note["at"]))
        _ = at - timedelta(days=1), at + timedelta(days=1)  # in every zone there is a date for it
        return Failure(at, str(note["what"]), str(note.get("why") or ""), str(note.get("next_step") or ""))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return Failure(None, "Its note cannot be read.", "", "Run `watchroom refresh` again.")


def show_failure(failed: Failure, zone: ZoneInfo, *, snapshot: bool) -> None:
    """The failure with its reason and next step; `snapshot` says whether there is an older one to look at."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":red[:material/error:] **The last refresh failed.** {sentence(failed.what, 600)}")
        if failed.why:
            st.markdown(paragraph(failed.why))
        if failed.next_step:
            st.markdown(f"Next step: {paragraph(failed.next_step)}")
        now = datetime.now(UTC)
        kept = "What you see is the snapshot before it, whole." if snapshot else "There is no snapshot before it."
        st.caption(f"{when(failed.at, zone, now=now)} ({ago(failed.at, now)}). {kept}" if failed.at else kept)
