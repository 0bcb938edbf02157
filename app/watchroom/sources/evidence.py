"""Evidence files of the workspace: their digests, to compare with what was signed. Their content is not read."""

from __future__ import annotations

import hashlib
from pathlib import Path


def file_digest(file: Path) -> str | None:
    """The SHA-256 of a file in hexadecimal; None when it is not there or cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None
