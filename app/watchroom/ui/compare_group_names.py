"""What groups of runs are called: in full, and in few words for a chart, a control and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from watchroom.domain.comparison import Comparison, Thing
from watchroom.domain.group_names import fewest, one_each, stems
from watchroom.domain.seed_groups import Group, telling
from watchroom.ui.compare_words import group_name, value_text
from watchroom.ui.text import one_line

SHORT = 28
"""Characters that a chart has room for on a narrow screen."""

ALL = "all runs"


def full_names(things: Sequence[Thing], groups: Sequence[Group], zone: ZoneInfo) -> tuple[str, ...]:
    """Every value in which the group differs from another."""
    naming = telling(things, groups)
    return tuple(group_name(things, naming, group, zone) if things else ALL for group in groups)


def short_names(found: Comparison, things: Sequence[Thing], groups: Sequence[Group], zone: ZoneInfo) -> tuple[str, ...]:
    """The fewest values that tell the groups apart; where they are long a tag, or how its runs' names begin."""
    if len(groups) < 2:
        return full_names(things, groups, zone)
    naming = fewest(things, groups)
    plain = tuple(_by_values(things, naming, group, zone) for group in groups)
    if _longest(plain) <= SHORT:
        return plain
    tag, named = one_each(found, groups), stems(found, groups)
    tagged = tuple(_said(tag, group, zone) for group in groups) if tag else None
    return min((names for names in (plain, named, tagged) if names), key=_longest)


def _longest(names: Sequence[str]) -> int:
    return max(map(len, names))


def _by_values(things: Sequence[Thing], naming: Sequence[int], group: Group, zone: ZoneInfo) -> str:
    """What is not set goes without saying beside what is."""
    said = [(things[place].key, value_text(things[place].key, group.values[place], zone)) for place in naming]
    there = [f"{one_line(key, 30)} {one_line(text, 40)}" for key, text in said if text is not None]
    return " · ".join(there) or (f"{one_line(said[0][0], 30)} not set" if said else ALL)


def _said(tag: Thing, group: Group, zone: ZoneInfo) -> str:
    text = value_text(tag.key, tag.values[group.places[0]], zone)
    return f"{one_line(tag.key, 30)} {one_line(text or '', 40)}"
