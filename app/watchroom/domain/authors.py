"""Whether somebody made what they are asked to judge, and whether two names are one person: by their names alone.

MLflow records whatever the machine of the run said, often without a domain; a sign-in gives an address. What bars
somebody leans to "the same" (`same_person`): a colleague is asked once too often rather than an author once too rarely.
What permits something leans to "another" (`same_name`, `acts_as`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_UNCHECKED = "(not checked)"
"""As `ledger.people.UNCHECKED`: a name that was only given is still that name."""

NOT_SIGNED_IN = "not signed in"
"""Who is said to have acted where nobody is signed in and no name was given."""

_IN_BRACKETS = re.compile(r"<([^<>]*)>")
"""The address in `Aisha Rahman <aisha.rahman@example.com>`."""

_BLANK_LETTERS = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0\u2800"))
"""Signs that Unicode calls letters or symbols, and that nobody sees."""

_SMALL = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтвнαορνικτυχεγηϲϳıłøđħ",
    "aeopcyxijshdqwkmtbhaopviktuxeyncjilodh",
)
"""Small Cyrillic and Greek letters that look like Latin ones, and Latin ones with a stroke; both rows by place."""

_LARGE = str.maketrans("АВЕКМНОРСТУХІЈЅҺԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSHQWABEZHIKMNOPTYX")
"""The large ones, which look like other letters than the small ones do."""


def same_person(one: str, other: str) -> bool:
    r"""Whether two names may be one person: for what bars somebody.

    Equal texts are always one. Letters' size, accents, look-alikes from Cyrillic and Greek, what follows a `+`, a
    `DOMAIN\` before the name, and "(not checked)" do not count; of `Name <address>` the address does. Every sign that
    is no letter or digit only separates. Where one has no domain, what stands before the `@` decides. Empty names are
    nobody, and the same as nobody.
    """
    if one.strip() and one == other:
        return True
    second = set(_readings(other))
    return any(_alike(first, reading) for first in _readings(one) for reading in second)


def same_name(one: str, other: str) -> bool:
    """Whether two names are surely one: for what permits something, such as taking the word of before back.

    The very same text but for letters' size and blanks: an address is never a name without a domain, and a name that
    is "(not checked)" never one that is. Empty names are nobody.
    """
    first = _text(one)
    return bool(first) and first == _text(other)


def acts_as(actor: str, named: str) -> bool:
    """Whether who acts is the one that a file or an entry names: by `same_name`.

    Where there is no sign-in, "NAME (not checked)" may act as NAME, the very same text; the mark stays in the actor's
    name, so that the ledger tells the two apart.
    """
    said = _text(actor)
    return same_name(actor, named) or (said.endswith(_UNCHECKED) and same_name(said.removesuffix(_UNCHECKED), named))


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


def is_visible(name: str) -> bool:
    """Whether a name has a letter or a digit that is seen; what has none names nobody."""
    return any(sign.isalnum() for sign in name.translate(_BLANK_LETTERS))


def is_named(actor: str) -> bool:
    """Whether an act bears somebody's name at all."""
    return _text(actor) != NOT_SIGNED_IN and is_visible(actor.replace(_UNCHECKED, ""))


def _text(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _readings(name: str) -> Iterator[tuple[str, str]]:
    """What stands before the last `@` and after it, the second empty without one; nothing for a name without letters.

    Look-alikes are folded before and after letters are made small: the same two letters can differ in how they look.
    """
    said = unicodedata.normalize("NFKD", name).translate(_BLANK_LETTERS)
    said = "".join(
        sign for sign in said if sign.isspace() or (sign.isprintable() and unicodedata.category(sign)[0] != "M")
    )
    for text in {said.casefold().translate(_SMALL), said.translate(_LARGE).translate(_SMALL).casefold()}:
        reading = _parts(_bare(text))
        if reading[0]:
            yield reading


def _bare(text: str) -> str:
    """A name without the mark of one that was only given, however often it stands there, and without what is around."""
    said = " ".join(text.split())
    while _UNCHECKED in said:
        said = said.replace(_UNCHECKED, "").strip()
    held = _IN_BRACKETS.search(said)
    return held.group(1) if held and _plain(held.group(1)) else said


def _parts(said: str) -> tuple[str, str]:
    before, at, domain = said.rpartition("@")
    if not at or not _plain(before):
        before, domain = said, ""
    before = _rest(before.rpartition("\\")[2], before)
    return _plain(_rest(before.partition("+")[0], before)), _plain(domain)


def _rest(cut: str, whole: str) -> str:
    """What is left of a name, or all of it where nothing is."""
    return cut if _plain(cut) else whole


def _alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one == other if one[1] and other[1] else one[0] == other[0]


def _plain(name: str) -> str:
    """The letters and digits, with one dot for whatever stands between them."""
    return ".".join("".join(sign if sign.isalnum() else " " for sign in name).split())
