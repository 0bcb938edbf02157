"""The process that makes a PDF: HTML on standard input, PDF on standard output, and nothing fetched for it."""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress
from typing import Any

MEMORY = 2 << 30
CPU_SECONDS = 60
NO_LIBRARIES = 3

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""Flags of unshare(2): a network without anything in it, where the system lets a user have one."""


def main() -> int:
    """Exit code 0 with the PDF written, 3 when WeasyPrint lacks a library of the system."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    try:
        import weasyprint
    except OSError as error:  # what cffi raises for a library that is not there
        sys.stderr.write(str(error))
        return NO_LIBRARIES
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)
    sys.stdout.buffer.write(_rendered(weasyprint, sys.stdin.buffer.read().decode()))
    return 0


def _rendered(weasyprint: Any, html: str) -> bytes:
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=())
    made: bytes = weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf()
    return made


if __name__ == "__main__":
    sys.exit(main())
