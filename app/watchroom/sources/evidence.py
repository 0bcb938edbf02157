"""Evidence files of the workspace: their digests, to compare with what was signed. Their content is not read."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

LIMIT = 2_000_000_000
"""Bytes. A report has a few million; a refresh is not to read for minutes what somebody signed by mistake."""


def file_digest(file: Path) -> str | None:
    """The SHA-256 of a file in hexadecimal; None when it is not there, no ordinary file, over LIMIT or unreadable."""
    try:
        # Not blocking: to open a pipe would wait for somebody to write to it.
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as content:
            found = os.fstat(content.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > LIMIT:
                return None
            return hashlib.file_digest(content, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
