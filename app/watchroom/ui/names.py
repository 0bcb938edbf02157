"""Names from outside as options of a control: short, and no two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from watchroom.ui.text import one_line


def told_apart(names: Iterable[str], limit: int, called: Callable[[str], str] = str) -> dict[str, str]:
    """What each name is shown as: what it is called, cut to the limit, with a number where several look alike then.

    A control knows its options by what is shown: of two alike only the first could be chosen.
    """
    seen, shown = Counter[str](), dict[str, str]()
    taken = set[str]()
    for name in names:
        label = base = one_line(called(name), limit)
        while label in taken:
            seen[base] += 1
            label = f"{base} ({seen[base] + 1})"
        taken.add(label)
        shown[name] = label
    return shown
