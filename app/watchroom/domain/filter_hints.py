"""What to say when a run filter is not understood: what was expected there, and the nearest right name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from watchroom.domain import filters as f

_EXPECTED = {
    "NAME": "a name such as `status` or `metrics.rmse`",
    "COMPARISON": "a comparison such as `=` or `<`",
    "_IN": "`in`",
    "_BETWEEN": "`between`",
    "MATCH": "`like`, `ilike` or `contains`",
    "_IS": "`is`",
    "_NULL": "`null`",
    "_FINITE": "`finite`",
    "SINGLE_QUOTED": "text in quotes",
    "NUMBER": "a number",
    "_AND": "`and`",
    "_OR": "`or`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "BARE_KEY": "a key",
}
"""The terminals worth naming; the others go with one of these."""


@dataclass(frozen=True)
class KnownKeys:
    """The keys that some run has; they serve for hints alone."""

    metrics: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


def expected_text(terminals: Iterable[str]) -> str:
    """`Expected a number or text in quotes.` Empty when nothing helpful can be named."""
    wanted = set(terminals)
    names = [text for terminal, text in _EXPECTED.items() if terminal in wanted]
    return f"Expected {_either(names)}." if names else ""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The right name that was probably meant: the same but for case, or a near miss."""
    candidates = list(names)
    by_case = {candidate.casefold(): candidate for candidate in candidates}
    if name.casefold() in by_case:
        return by_case[name.casefold()]
    close = get_close_matches(name.casefold(), by_case, n=1, cutoff=0.7)
    return by_case[close[0]] if close else None


def wrong_attribute(name: str, known: KnownKeys) -> str:
    """What to write instead of an attribute that does not exist."""
    subjects: list[f.Subject] = [f.Metric(name)] if name in known.metrics else []
    subjects += [f.Param(name)] if name in known.params else []
    subjects += [f.Tag(name)] if name in known.tags else []
    if subjects:
        return f"Write {_either([f'`{f.subject_text(subject)}`' for subject in subjects])}."
    attribute = nearest(name, [*f.ATTRIBUTES, *f.OTHER_NAMES])
    if attribute is not None:
        return f"Did you mean `{f.OTHER_NAMES.get(attribute, attribute)}`?"
    metric = nearest(name, known.metrics)
    if metric is not None:
        return f"Did you mean `{f.subject_text(f.Metric(metric))}`?"
    return (
        f"A metric is written `metrics.{name}`, a parameter `params.{name}`; attributes are {', '.join(f.ATTRIBUTES)}."
    )


def wrong_field(name: str, prefix: str, fields: Iterable[str]) -> str:
    """What to write instead of a field of `dataset` or `model` that does not exist."""
    names = list(fields)
    meant = nearest(name, names)
    return f"Did you mean `{prefix}.{meant}`?" if meant else f"There are {', '.join(f'`{prefix}.{n}`' for n in names)}."


def unknown_keys(filter_: f.Filter, known: KnownKeys) -> Iterator[str]:
    """A sentence for each metric, parameter and tag of the filter that no run has."""
    subjects = dict.fromkeys(condition.subject for condition in f.conditions(filter_))
    for subject in subjects:
        match subject:
            case f.Metric(key) if key not in known.metrics:
                yield _unknown("metric", key, known.metrics)
            case f.Param(key) if key not in known.params:
                yield _unknown("parameter", key, known.params)
            case f.Tag(key) if key not in known.tags:
                yield _unknown("tag", key, known.tags)


def _unknown(kind: str, key: str, keys: frozenset[str]) -> str:
    meant = nearest(key, keys)
    hint = f" Did you mean “{meant}”?" if meant else ""
    return f"No run has a {kind} “{key}”.{hint}"


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
