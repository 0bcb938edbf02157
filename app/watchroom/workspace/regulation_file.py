"""`regulations/<name>.yaml` as a validated, frozen value: a class for each mapping of it, a line for each field.

A file adds a regulation, or changes one that ships (`extends`): what it leaves out stays as there. Each thing that a
heading asks for (`needs`) names the ways in which it may be held; any of them will do. How files come together is in
`regulation_maps`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from watchroom.workspace.pieces import Day, Listed, OneOrMany, Piece, Text, default, left_out, wrong

MOST_TEXT = 1000
"""Characters of a text in one field: some lines; what a law says in full belongs where its source is."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def _short(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise wrong("The text is too long.", why=f"It has {len(text):,} characters; at most {MOST_TEXT:,} are read.")
    return text


def _an_id(name: Any) -> Any:
    if isinstance(name, str) and not _ID.fullmatch(name):
        raise wrong("This cannot be an id.", why="Expected small letters, digits, `-` and `_`, at most 60.")
    return name


Said = Annotated[Text, AfterValidator(_short)]
Id = Annotated[str, BeforeValidator(_an_id)]


class WayFile(Piece):
    """One way in which something may be held: just one of these."""

    fact: Text | None = left_out("what the store knows by itself; docs/regulation.md lists them")
    item: Text | None = left_out("the id of an item of the checklist, which has to be met")
    card: Said | None = left_out("a heading of the model's card with text under it")
    evidence: Said | None = left_out("a glob over the names of files that are kept as evidence of the version")
    elsewhere: Said | None = left_out("where it is kept outside of Watchroom; it then counts as held for every model")


class NeedFile(Piece):
    """Something that a heading asks for."""

    says: Said | None = left_out("what it is, in a few words; a new one needs it")
    ways: Listed[WayFile] | None = left_out("the ways in which it may be held; any one will do; a new one needs it")


class HeadingFile(Piece):
    """A heading, in your own words."""

    title: Said | None = left_out("what it is about, in a few words; a new one needs it")
    asks: Said | None = left_out("what it asks, in a sentence; a new one needs it")
    group: Said | None = left_out("what it belongs to, such as a function or chapter")
    drop: Listed[Id] = default((), "needs of the regulation that is extended that are not looked for")
    needs: dict[Id, NeedFile] = default({}, "what is looked for, by id")


class SourceFile(Piece):
    """What the headings were taken from."""

    text: Said = default("", "its name")
    url: Text | None = left_out("where it stands")
    issued: Day | None = left_out("the day of the text")
    read_on: Day | None = left_out("when the headings were last compared with it")


class RegulationFile(Piece):
    """What a law, guidance or framework asks of a model, heading by heading, and where to look for it."""

    extends: Text | None = left_out("the id of one that ships, which this file changes")
    title: Said | None = left_out("its name; a new one needs it")
    about: Said | None = left_out("what it is")
    applies: Said | None = left_out("to whom it applies, and from when")
    source: SourceFile | None = left_out("what the headings were taken from")
    unverified: Said | None = left_out("what could not be compared with the text itself")
    models: OneOrMany | None = left_out("the models that it is mapped for, by name or glob; left out: all")
    hidden: bool = default(False, "true takes the one that ships off the page")
    drop: Listed[Text] = default((), "headings of the one that is extended that are left out")
    headings: dict[Text, HeadingFile] = default({}, "by id, in their order")
