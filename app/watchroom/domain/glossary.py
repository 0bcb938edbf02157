"""Finds and searches the words of Watchroom: the Glossary page, the tooltips and the links all read them here."""

from __future__ import annotations

from watchroom.domain.glossary_terms import GROUPS, TERMS, Term

__all__ = ["GROUPS", "TERMS", "Term", "find", "meaning", "search"]


def find(name: str) -> Term | None:
    """The term of that name, or that goes by it too; upper and lower case are one. None when there is none."""
    wanted = name.strip().casefold()
    return next((term for term in TERMS if wanted in _names(term)), None)


def search(text: str) -> tuple[Term, ...]:
    """The terms that hold every word of the text, those that hold it in their name first; all for an empty text."""
    words = text.casefold().split()
    held = [term for term in TERMS if all(word in _text(term) for word in words)]
    return tuple(sorted(held, key=lambda term: not all(any(word in name for name in _names(term)) for word in words)))


def meaning(name: str) -> str:
    """What a word means, for a tooltip. Raises KeyError for a word that is not in the table."""
    term = find(name)
    if term is None:
        raise KeyError(name)
    return term.meaning


def _names(term: Term) -> tuple[str, ...]:
    return tuple(name.casefold() for name in (term.name, *term.also))


def _text(term: Term) -> str:
    return " ".join((*_names(term), term.meaning.casefold()))
