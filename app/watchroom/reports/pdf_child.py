"""The process that makes a PDF: HTML on standard input, PDF on standard output, and nothing fetched for it.

Its one argument is how many pages the document is to fit on.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress
from typing import Any

MEMORY = 2 << 30
CPU_SECONDS = 60
NO_LIBRARIES = 3

SIZES = ("", "body { font-size: 7.8pt !important }", "body { font-size: 7.2pt !important }")
"""What is to fit is made smaller in two steps until it does; below that nobody could read it on paper.

Without its mark such a rule stands behind those of the document itself."""

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
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    sys.stdout.buffer.write(fitted(weasyprint, sys.stdin.buffer.read().decode(), most).write_pdf())
    return 0


def fitted(weasyprint: Any, html: str, most_pages: int) -> Any:
    """The document, in the largest of the sizes in which it fits; in the smallest when it never does."""
    from weasyprint.urls import URLFetcher

    page = weasyprint.HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=()))
    for size in SIZES:
        document = page.render(stylesheets=[weasyprint.CSS(string=size)])
        if len(document.pages) <= most_pages:
            break
    return document


if __name__ == "__main__":
    sys.exit(main())
