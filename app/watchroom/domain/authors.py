"""Whether somebody made what they are asked to judge, and whether two names are one person: by their names alone.

MLflow records whatever the machine of the run said, often without a domain; a sign-in gives an address. Where the two
cannot be told apart they are taken for one: a colleague is asked once too often rather than an author once too rarely.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_UNCHECKED = "(not checked)"
"""As `ledger.people.UNCHECKED`: a name that was only given is still that name."""

_SEPARATORS = re.compile(r"[\s._-]+")


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person: letters' size does not count, nor what follows a `+` in an address.

    Where one of them has no domain, what stands before the `@` decides, and dots, dashes, underscores and spaces are
    one. Empty names are nobody, and the same as nobody.
    """
    first, second = _parts(one), _parts(other)
    if not first[0] or not second[0]:
        return False
    if first[1] and second[1]:
        return first == second
    return _plain(first[0]) == _plain(second[0])


def is_author(person: str, authors: Iterable[str]) -> bool:
    """Whether the person is one of the authors, as far as names tell."""
    return any(same_person(person, author) for author in authors)


def people_in(names: Iterable[str]) -> list[str]:
    """The names without those that are a person named before, in their order."""
    found: list[str] = []
    for name in names:
        if not is_author(name, found):
            found.append(name)
    return found


def _parts(name: str) -> tuple[str, str]:
    """What stands before the last `@` and after it, the second empty without one."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", name) if sign.isprintable())
    said = shown.casefold().strip().removesuffix(_UNCHECKED).strip()
    before, at, domain = said.rpartition("@")
    return (before.partition("+")[0].strip(), domain.strip()) if at else (said, "")


def _plain(name: str) -> str:
    return _SEPARATORS.sub(".", name).strip(".")
