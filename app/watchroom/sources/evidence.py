"""Files of evidence: kept under their digest, so that a file that was changed is another file.

The folder holds each file once, as `<first two digits>/<digest><ending>`, whatever it was called when it was added.
Nothing in it is ever run or shown as markup here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from watchroom.errors import SourceError, SourceMissing
from watchroom.sources.junit import NotJUnit, Report, read_junit

Kind = Literal["junit", "markdown", "pdf", "image", "json", "other"]

LIMIT = 2_000_000_000
"""Bytes. A report has a few million; a refresh is not to read for minutes what somebody signed by mistake."""

MAX_BYTES = 20 * 1024 * 1024
"""Of a file that is kept: a report with pictures. It travels in every pack, so data and models do not belong here."""

MAX_NAME = 200
"""Characters of a file's name."""

MOST_JSON = 1024 * 1024
"""Bytes of JSON that are read to see whether they are any: what is larger would hold up everybody meanwhile."""

_IMAGES = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF87a": ".gif", b"GIF89a": ".gif"}
_ENDINGS: dict[Kind, str] = {"junit": ".xml", "markdown": ".md", "pdf": ".pdf", "json": ".json", "other": ".bin"}
_TEXTS = (".md", ".markdown", ".txt")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MISSING = "There is no file of evidence with the digest {}."


@dataclass(frozen=True)
class Kept:
    """A file as it is kept: `path` is relative to the folder of evidence, `tests` of a test report only."""

    path: str
    name: str
    kind: Kind
    sha256: str
    bytes: int
    tests: Report | None = None


def keep(folder: Path, name: str, data: bytes) -> Kept:
    """Keeps a file in the folder of evidence, which is made when it is not there; the same bytes are kept once.

    Raises `SourceError` for one that is empty, too large, or called `….xml` without being a test report.
    """
    shown = _name(name)
    if not data:
        raise SourceError("The file is empty.", next_step="Choose another one.")
    if len(data) > MAX_BYTES:
        why = f"It has {len(data) / 1024 / 1024:,.1f} MiB; at most {MAX_BYTES // 1024 // 1024} are kept."
        raise SourceError("The file is too large to be kept as evidence.", why=why, next_step="Keep a report of it.")
    kind, ending, tests = _read(shown, data)
    digest = hashlib.sha256(data).hexdigest()
    path = f"{digest[:2]}/{digest}{ending}"
    if file_digest(folder / path) != digest:
        _write(folder / path, data)
    return Kept(path, shown, kind, digest, len(data), tests)


def content(folder: Path, path: str, sha256: str) -> bytes:
    """The bytes of a file that was kept, the same as then. Raises `SourceError` when it is gone or another one now."""
    file = inside(folder, path)
    if file is None or not _SHA256.fullmatch(sha256):
        raise SourceMissing(_MISSING.format(sha256[:12]))
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise SourceMissing(_MISSING.format(sha256[:12]))
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        step = "Put it back from a backup."
        raise SourceMissing(_MISSING.format(sha256[:12]), why=why, next_step=step) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        why = "What is there now has another digest."
        raise SourceError("The file of evidence was changed.", why=why, next_step="Put it back from a backup.")
    return data


def inside(folder: Path, path: str) -> Path | None:
    """The file of that path; None for one that would lie outside the folder."""
    try:
        file = (folder / path).resolve()
        return file if file.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError, RuntimeError):  # a loop of links, or no path at all
        return None


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


def _name(name: str) -> str:
    """The file's own name, without folders, on one line of signs that a person sees."""
    last = re.split(r"[/\\]", name.strip())[-1]
    seen = "".join(sign if sign.isprintable() else "\ufffd" for sign in last).strip(". ")
    return seen[-MAX_NAME:] or "unnamed"


def _read(name: str, data: bytes) -> tuple[Kind, str, Report | None]:
    """What the file is, by its bytes where these tell, else by its name; the ending that it is kept under."""
    ending = Path(name).suffix.lower()
    image = _image(data)
    if image:
        return "image", image, None
    if data.startswith(b"%PDF-"):
        return "pdf", _ENDINGS["pdf"], None
    if ending == ".xml":
        return "junit", _ENDINGS["junit"], _tests(data)
    kind: Kind = "json" if ending == ".json" and _is_json(data) else "other"
    if ending in _TEXTS and _is_text(data):
        kind = "markdown"
    return kind, _ENDINGS[kind], None


def _image(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((ending for begin, ending in _IMAGES.items() if data.startswith(begin)), "")


def _tests(data: bytes) -> Report:
    try:
        return read_junit(data)
    except NotJUnit as error:
        raise SourceError(
            "The file cannot be read as a test report.",
            why=error.why,
            next_step="Add a report in JUnit's format, as `pytest --junitxml=junit.xml` writes it.",
        ) from None


def _is_json(data: bytes) -> bool:
    """Whether it is JSON; of a large file only that it is text which begins as JSON does."""
    if len(data) > MOST_JSON:
        return data[:100].lstrip()[:1] in (b"{", b"[") and _is_text(data)
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _write(file: Path, data: bytes) -> None:
    """All of it, or nothing: whoever reads meanwhile finds no half of a file."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as part:
            try:
                part.write(data)
                part.flush()
                os.fsync(part.fileno())
                os.fchmod(part.fileno(), 0o444)  # nobody changes it by mistake
                Path(part.name).replace(file)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        step = "Check the space and the permissions of the folder of evidence."
        raise SourceError("The file could not be kept.", why=why, next_step=step) from error
