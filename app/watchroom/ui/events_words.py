"""What is said of a daily figure before and after an event, as plain text."""

from __future__ import annotations

from collections.abc import Iterable

from watchroom.charts.words import short, signed
from watchroom.domain.before_after import Compared
from watchroom.domain.money_text import money
from watchroom.store.queries.events import Daily
from watchroom.ui.health_words import metric_name
from watchroom.ui.text import count_of, one_line, some


def title(one: Daily, currency: str) -> str:
    """What the figure is called, with its unit."""
    match one.kind:
        case "benefit":
            return f"Benefit a decision, {currency}" if currency else "Benefit a decision"
        case "volume":
            return "Decisions a day"
        case "metric":
            return f"{metric_name(one.name)}, from outcomes"
    unit = f", {one_line(one.unit, 40)}" if one.unit else ""
    return f"{one_line(one.name, 60)}{unit}"


def value(one: Daily, number: float, currency: str, *, with_sign: bool = False) -> str:
    """A value of the figure as people write it."""
    if number != number:
        return "–"
    if one.kind == "benefit":
        return money(number, currency, signed=with_sign)
    return signed(number) if with_sign else short(number)


def difference(one: Daily, found: Compared, currency: str) -> str:
    """`−€47 (95 %: −€80 to −€14)`; `–` where there are too few days."""
    if found.verdict == "too early to tell":
        return "–"
    said = [
        value(one, number, currency, with_sign=True)
        for number in (found.difference.difference, found.difference.low, found.difference.high)
    ]
    return f"{said[0]} (95 %: {said[1]} to {said[2]})"


def verdict(one: Daily, found: Compared) -> str:
    """What can be said, with whether it is good where that is known."""
    if found.verdict not in ("rose", "fell") or one.better is None:
        return found.verdict
    better = (found.verdict == "rose") == (one.better == "higher")
    return f"{found.verdict}: {'better' if better else 'worse'}"


def answer(event: str, found: Iterable[tuple[Daily, Compared]], days: int, currency: str) -> str:
    """What changed after the event, in a sentence or two."""
    every = list(found)
    if not every or all(one.verdict == "too early to tell" for _, one in every):
        return f"It is too early to tell what changed after “{event}”: there are too few days with figures around it."
    changed = [(one, seen) for one, seen in every if seen.verdict in ("rose", "fell")]
    if not changed:
        return f"In the {count_of(days, 'day')} after “{event}” nothing changed by more than chance may do."
    said = [
        f"{_short_title(one)} {seen.verdict} from {value(one, seen.before.mean, currency)} to "
        f"{value(one, seen.after.mean, currency)}{_judged(one, seen)}"
        for one, seen in changed[:3]
    ]
    more = f", and {len(changed) - 3} more" if len(changed) > 3 else ""
    same = [_short_title(one) for one, seen in every if seen.verdict == "no change beyond chance"]
    rest = f" Within chance: {some(same, 4)}." if same else ""
    return f"In the {count_of(days, 'day')} after “{event}” {'; '.join(said)}{more}.{rest}"


def _judged(one: Daily, seen: Compared) -> str:
    words = verdict(one, seen).partition(": ")[2]
    return f" a day ({words})" if words and one.kind == "benefit" else f" ({words})" if words else ""


def _short_title(one: Daily) -> str:
    return {"benefit": "the benefit of a decision", "volume": "decisions a day"}.get(one.kind) or (
        metric_name(one.name) if one.kind == "metric" else f"“{one_line(one.name, 60)}”"
    )
