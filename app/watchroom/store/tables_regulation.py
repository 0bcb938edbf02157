"""The tables of the regulation map: what the frameworks ask, heading by heading, and what is held of it for a model.

They are worked out at each refresh from the files under `regulations/`, those that ship included, and from the store.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_REGULATION = ("regulation", "VARCHAR", "its id, as in the file that maps it")

TABLES = (
    Table(
        "regulations",
        "room",
        "A law, guidance or framework that models are mapped to. docs/regulation.md describes the files.",
        ("regulation",),
        columns(
            _REGULATION,
            ("position", "INTEGER", "1, 2, 3, … in the order in which they are shown"),
            ("title", "VARCHAR", "its name"),
            ("about", "VARCHAR", "what it is"),
            ("applies", "VARCHAR", "to whom, and from when, as far as the source says"),
            ("source", "VARCHAR", "what the headings were taken from"),
            ("url", "VARCHAR", "where that stands; NULL for none"),
            ("issued", "DATE", "of the text; NULL where it is not known"),
            ("read_on", "DATE", "when it was last compared with the source; NULL where it was not"),
            ("unverified", "VARCHAR", "what could not be compared with the text itself; NULL for nothing"),
            ("file", "VARCHAR", "its file, relative to the workspace; NULL for one that ships as it is"),
        ),
    ),
    Table(
        "regulation_headings",
        "room",
        "A heading of a regulation, with what it asks in Watchroom's own words: never the legal text.",
        ("regulation", "heading"),
        columns(
            _REGULATION,
            ("heading", "VARCHAR", "its id, such as `2` or `MAP 1`"),
            ("position", "INTEGER", "1, 2, 3, … in the order of the file"),
            ("group", "VARCHAR", "what it belongs to, such as `GOVERN`; NULL for none"),
            ("title", "VARCHAR", "what it is about, in a few words"),
            ("asks", "VARCHAR", "what it asks, in a sentence"),
            ("needs", "INTEGER", "how many things are looked for"),
        ),
    ),
    Table(
        "regulation",
        "room",
        "A heading of a regulation or framework for a model: what is held, and what is missing. This is not legal advice.",
        ("model", "regulation", "heading"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            _REGULATION,
            ("heading", "VARCHAR", "the heading's id"),
            ("position", "INTEGER", "1, 2, 3, … in the order of the file"),
            ("version", "INTEGER", "the version looked at: the champion, else the newest; NULL without one"),
            ("status", "VARCHAR", "`held`, `partly`, `missing`"),
            ("held", "VARCHAR[]", "what is held, each in words"),
            ("held_pages", "VARCHAR[]", "for each of `held` the page that shows it; empty for one kept elsewhere"),
            ("missing", "VARCHAR[]", "what is not, each in words, with what to do"),
            ("missing_pages", "VARCHAR[]", "for each of `missing` the page on which it would show, or be said"),
        ),
    ),
)
