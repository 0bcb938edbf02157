"""Where the places named in the workspace's files are: relative ones resolve against the workspace's folder.

Nothing is opened here, and no place is ever written into SQL: a reader binds it.
"""

from __future__ import annotations

import glob
import re
from pathlib import Path
from urllib.parse import unquote

_SQLITE = re.compile(r"(sqlite(?:\+\w+)?):///(?!:memory:)([^?]+)(\?.*)?", re.DOTALL)
_WITH_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def resolved_address(address: str, folder: Path) -> str:
    """The address with its place made absolute: `sqlite:///x.db` and plain folders; any other address is untouched."""
    sqlite = _SQLITE.fullmatch(address)
    if sqlite:
        scheme, place, query = sqlite.groups()
        return f"{scheme}:///{resolved_path(place, folder)}{query or ''}"
    file = re.fullmatch(r"file:(?://(?:localhost(?=/))?)?(.*)", address, re.DOTALL)
    if file:
        return str(resolved_path(unquote(file.group(1)), folder))
    return address if _WITH_SCHEME.match(address) else str(resolved_path(address, folder))


def resolved_path(place: str, folder: Path) -> Path:
    """The place as an absolute path, `..` taken out; `~` is the home folder."""
    if _DRIVE.match(place):
        return Path(place)
    path = Path.home() / place[2:] if place[:2] in ("~", "~/") else Path(place)
    return Path(_without_dots(folder / path))


def _without_dots(path: Path) -> str:
    # Not `resolve`: it follows links, and the place should read as the person wrote it.
    parts: list[str] = []
    for part in path.absolute().parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return str(Path(*parts))


def resolved_glob(pattern: str, folder: Path) -> str:
    """The glob made absolute; what a glob would read into the folder's own name is escaped. `s3://…` is untouched."""
    if _WITH_SCHEME.match(pattern) or Path(pattern).is_absolute() or _DRIVE.match(pattern):
        return pattern
    return str(Path(glob.escape(str(folder.absolute()))) / pattern)
