"""Test reports in JUnit's XML: how many tests they tell of, and how many of them failed.

The format has no standard; this reads what pytest, JUnit, Gradle, Jest and others write. A report comes from outside:
no document type is read, so that no entity can be declared, and nothing in it is ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

ROOTS = ("testsuites", "testsuite")

MAX_DEPTH = 100
"""Suites inside suites: far more than any tool writes, and far below what a parser could choke on."""

MAX_ELEMENTS = 200_000
"""Half a second of reading; a report of fifty thousand tests has fewer."""

MAX_ATTRIBUTES = 100
"""Of one element: tools write a dozen at most."""

MAX_TAG = 1_000_000
"""Bytes of one tag: some tools put the message of a failure into it. The parser looks at a tag as a whole only."""

MOST_TESTS = 2**31 - 1
"""What the table holds."""

_FAILURES = ("failure", "error", "rerunFailure", "rerunError")
_FAILED_WORDS = ("fail", "failed", "failure", "error", "errored", "broken", "aborted", "timeout", "timedout")
_SKIPPED_WORDS = ("skip", "skipped", "ignored", "disabled", "notrun", "suppressed", "pending")
"""What tools write into the attributes `status` and `result` of a test."""

_CHUNK = 65_536
_SCHEMA = ("http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XMLSchema")
_W3 = "http://www.w3.org/"


@dataclass(frozen=True)
class Report:
    """How many tests a report names; of them, failed or broken off with an error, and skipped.

    All are 0 for a report that names none: sums without a single test behind them are a claim.
    """

    tests: int
    failed: int
    skipped: int


class NotJUnit(Exception):
    """The bytes are no report of this kind; `why` says in a sentence what they are."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_junit(data: bytes) -> Report:
    """What the report tells. Where its cases and its own sums differ, the worse of the two is taken.

    A test that failed and then passed when it was run again passed (`flakyFailure`); one that failed again did not
    (`rerunFailure`). Raises `NotJUnit` for anything else.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.ProcessingInstructionHandler = _no_instruction
    try:
        for begin in range(0, len(data), _CHUNK):
            parser.Parse(data[begin : begin + _CHUNK], False)
            if begin + _CHUNK - max(parser.CurrentByteIndex, 0) > MAX_TAG + _CHUNK:
                raise NotJUnit(f"One of its tags has more than {MAX_TAG:,} bytes.")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotJUnit(f"It is not well-formed XML: {expat.ErrorString(error.code)}, line {error.lineno}.") from None
    except (LookupError, ValueError):  # an encoding that nobody knows, or that needs more than a table
        raise NotJUnit("It is in an encoding that cannot be read.") from None
    return reader.tests()


def _no_doctype(*_: object) -> None:
    raise NotJUnit("It declares a document type, which no test report needs; such a file is not read.")


def _no_instruction(*_: object) -> None:
    raise NotJUnit("It has an instruction to programs, which no test report needs; such a file is not read.")


def _no_markup(name: str, attributes: dict[str, str]) -> None:
    """A browser runs scripts of XHTML and SVG in any XML; the namespaces of schemas alone are harmless."""
    spaces = (value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:"))
    if ":" in name or any(space.startswith(_W3) and space not in _SCHEMA for space in spaces):
        raise NotJUnit("It holds markup of another kind, which no test report needs; such a file is not read.")


@dataclass
class _Case:
    failed: bool = False
    skipped: bool = False


@dataclass
class _Reader:
    """Counts while the parser goes through the file."""

    depth: int = 0
    elements: int = 0
    suites: int = 0
    case: _Case | None = None
    counted: list[int] = field(default_factory=lambda: [0, 0, 0])
    claimed: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth == 1 and name not in ROOTS:
            raise NotJUnit("It is XML, but not a test report.")
        if self.elements > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise NotJUnit(f"It has more than {MAX_ELEMENTS:,} elements, or {MAX_ATTRIBUTES} attributes of one.")
        if attributes or ":" in name:
            _no_markup(name, attributes)
        if self.depth > MAX_DEPTH:
            raise NotJUnit(f"Its elements are nested more than {MAX_DEPTH} deep.")
        if name == "testsuite":
            self.suites += 1
            if self.suites == 1:  # those inside it are in its sums already
                self.claimed += _number(attributes, "failures") + _number(attributes, "errors")
        elif name == "testcase":
            self.case = _case(attributes)
        elif self.case is not None and name in _FAILURES:
            self.case.failed = True
        elif self.case is not None and name == "skipped":
            self.case.skipped = True

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "testsuite":
            self.suites -= 1
        elif name == "testcase" and self.case is not None:
            one = self.case
            found = (1, one.failed, one.skipped and not one.failed)
            self.counted = [before + now for before, now in zip(self.counted, found, strict=True)]
            self.case = None

    def tests(self) -> Report:
        cases, failed, skipped = self.counted
        if not cases:
            return Report(0, 0, 0)
        return Report(*(min(count, MOST_TESTS) for count in (cases, max(failed, self.claimed), skipped)))


def _case(attributes: dict[str, str]) -> _Case:
    words = [attributes.get(name, "").strip().lower() for name in ("status", "result")]
    return _Case(any(word in _FAILED_WORDS for word in words), any(word in _SKIPPED_WORDS for word in words))


def _number(attributes: dict[str, str], *names: str) -> int:
    texts = [attributes[name] for name in names if name in attributes]
    return sum(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 10)
