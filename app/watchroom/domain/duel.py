"""How another version does against the one in service, by the metric and by money: one word for both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from watchroom.domain.paired_verdict import Verdict, main_metric, verdict

BETTER, PROBABLY_BETTER, WORSE, PROBABLY_WORSE = "better", "probably better", "worse", "probably worse"
DEPENDS, ALIKE, UNTOLD, NEVER, NOBODY = (
    "depends on what counts", "cannot be told", "not known yet", "never compared", "no challenger"
)  # fmt: skip
WORDS = (BETTER, WORSE, PROBABLY_BETTER, PROBABLY_WORSE, DEPENDS, ALIKE, UNTOLD, NEVER, NOBODY)
"""From what asks most for somebody to act to what asks least."""

GOOD = (BETTER, PROBABLY_BETTER)
WORTH = "worth"
"""The metric that is money per decision."""


class Measured(Protocol):
    """A metric of a pair: the interval of the newer less the older version; None where it cannot be told."""

    @property
    def metric(self) -> str:
        """Its name."""

    @property
    def better(self) -> str:
        """`lower` or `higher`."""

    @property
    def low(self) -> float | None:
        """Lower end."""

    @property
    def high(self) -> float | None:
        """Upper end."""


def sides(found: Sequence[Measured], watched: str | None, *, newer: bool) -> list[Verdict]:
    """How a version does by the metric `watched` (else the usual one) and by money; `newer` if it is the newer one."""
    by_name = {one.metric: one for one in found}
    asked = (main_metric(by_name, watched), WORTH)
    return [_of(by_name.get(name) if name else None, newer) for name in asked]


def _of(one: Measured | None, newer: bool) -> Verdict:
    told: Verdict = "unknown" if one is None else verdict(one.low, one.high, one.better)
    turned: dict[Verdict, Verdict] = {"better": "worse", "worse": "better"}
    return told if newer else turned.get(told, told)


def word_of(of: Iterable[Verdict]) -> str:
    """One word for the verdicts by metric and by money; one that is not known does not count."""
    told = set(of) - {"unknown"}
    if not told:
        return UNTOLD
    if told >= {"better", "worse"}:
        return DEPENDS
    for way, sure, perhaps in (("better", BETTER, PROBABLY_BETTER), ("worse", WORSE, PROBABLY_WORSE)):
        if way in told:
            return perhaps if "alike" in told else sure
    return ALIKE
