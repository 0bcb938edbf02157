"""HTML made into PDF by WeasyPrint, in a process of its own that reads no file and reaches no address for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from watchroom.errors import WatchroomError

SECONDS = 30.0
"""How long a page may take: two seconds are usual, most of them for the start of the process."""

TWO_SHEETS = 2
"""What a report for the business may fill: what is longer is a file that nobody prints."""

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""What WeasyPrint asks of a Debian system."""

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE",
         "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")  # fmt: skip
"""Of the environment, what finding Python, fonts and libraries takes: no credentials of anything."""

_NO_LIBRARIES = 3


def pdf(html: str, *, pages: int = 1, seconds: float = SECONDS) -> bytes:
    """The document as PDF, made smaller where it is more than so many pages.

    Raises a WatchroomError when libraries are missing, it fails, or takes too long.
    """
    with printer(pages, seconds=seconds) as printed:
        return printed(html)


@contextmanager
def printer(pages: int, *, seconds: float = SECONDS) -> Iterator[Callable[[str], bytes]]:
    """What makes one document into a PDF, as `pdf` does; its process loads while the document is still being made."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    command = [sys.executable, "-I", "-m", "watchroom.reports.pdf_child", str(pages)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        try:
            yield lambda html: _printed(process, html, seconds)
        finally:
            process.kill()


def _printed(process: subprocess.Popen[bytes], html: str, seconds: float) -> bytes:
    try:
        output, said = process.communicate(html.encode(errors="replace"), timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise _failed(f"It took longer than {seconds:g} seconds.") from error
    why = said.decode(errors="replace").strip()[-300:]
    if process.returncode == _NO_LIBRARIES:
        raise WatchroomError(
            "No PDF can be made on this machine.",
            why=why,
            next_step=f"Install it (Debian: `apt-get install {PACKAGES}`), or print the HTML from a browser.",
        )
    if process.returncode != 0 or not output.startswith(b"%PDF"):
        raise _failed(why)
    return output


def _failed(why: str) -> WatchroomError:
    return WatchroomError("The page could not be made into a PDF.", why=why, next_step="Print its HTML from a browser.")
