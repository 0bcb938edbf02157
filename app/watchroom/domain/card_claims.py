"""Whether what a model card says in a binding is so: the kinds of bindings, and how a claim is compared.

A claimed number holds when it is the measured one rounded to the digits that it is written with, or lies within the
measured one's 95 % interval: a card that says 0.87 is not stale because the next month measures 0.868.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from watchroom.domain.card_text import Binding

KINDS: Mapping[str, str] = {
    "metric": "a metric in service, newest month with enough outcomes; one not measured there, as its run logged it",
    "reference": "a metric on the reference",
    "logged": "a metric as the version's run logged it last",
    "param": "a parameter of the version's run",
    "kpi": "a KPI of the model's file, newest month over",
    "value": "money of the newest month over: `net`, `benefit`, `run_cost`",
    "n": "how many: `decisions`, `labelled` (newest month with outcomes), `features`, `training`, `reference`",
    "fairness": "the least ratio of selection rates over the groups of a column, those of too few decisions left out",
    "share": "a feature's share of the explanation, on the reference",
    "owner": "who holds a role",
    "version": "the version's number",
    "data": "digest of the run's dataset of that context (`training`) or name",
}
"""What can be bound, and what each says; the card's docs list them from here."""

ALIASES: Mapping[str, str] = {
    "auc": "roc_auc",
    "rocauc": "roc_auc",
    "ap": "average_precision",
    "logloss": "log_loss",
    "brier_score": "brier",
    "r²": "r2",
}
"""Other names of the metrics that are measured in service."""

Status = Literal["bound", "holds", "stale", "unknown", "broken"]

_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
"""How a bound reads in a sentence."""

_PERCENT = re.compile(r"[+\-−]?[\d,.]+\s*%")
_NUMBER = re.compile(r"[^\d+\-−.]{0,4}\s*([+\-−]?[\d,]*\.?\d+(?:[eE][+\-]?\d+)?)\s*(%?)[^\d]*")


@dataclass(frozen=True)
class Found:
    """What the store has for a binding: a number (its text too), or a text; `because` says why there is neither.

    `fraction` is a number of which 1 is written as 100 %. `about` names its period and n.
    """

    value: float | None = None
    text: str = ""
    low: float | None = None
    high: float | None = None
    about: str = ""
    because: str = ""
    fraction: bool = False

    @property
    def known(self) -> bool:
        """Whether there is anything."""
        return bool(self.text)


@dataclass(frozen=True)
class Claim:
    """A binding with what was found for it. `told` stands in its place in the text, `because` says what is wrong."""

    binding: Binding
    found: Found
    status: Status
    told: str
    because: str = ""

    @property
    def wrong(self) -> str:
        """What is wrong with it, for a list of its own; empty while nothing is."""
        if self.status != "stale":
            return self.because
        claim, text = self.binding.claim, self.found.text
        unit = " %" if _PERCENT.match(text) and "%" not in claim else ""
        says = " ".join(part for part in (_BOUNDS.get(self.binding.operator), f"{claim}{unit}") if part)
        about = f" ({self.found.about})" if self.found.about else ""
        return f"{self.binding.name or self.binding.kind} says {says}, is {text}{about}"


def judge(binding: Binding, found: Found) -> Claim:
    """What the binding comes to."""
    wrong = mistake(binding)
    if wrong:
        return Claim(binding, found, "broken", binding.written, wrong)
    if not found.known:
        told = f"{binding.claim} (not checked: {found.because})" if binding.claim else f"unknown ({found.because})"
        return Claim(binding, found, "unknown", told, found.because)
    if not binding.operator:
        return Claim(binding, found, "bound", found.text)
    if _holds(binding, found):
        return Claim(binding, found, "holds", binding.claim if binding.operator == "=" else found.text)
    now = f"{found.text}{f' ({found.about})' if found.about else ''}"
    if binding.operator == "=":
        told = f"{binding.claim} (stale: now {found.text})"
    else:
        told = f"{found.text} (stale: the card says {_BOUNDS[binding.operator]} {binding.claim})"
    return Claim(binding, found, "stale", told, f"it is {now}")


def mistake(binding: Binding) -> str:
    """Why a binding cannot be one, whatever the store has; empty when it can."""
    if not binding.kind:
        return "it is not understood: write it as {{metric:auc}} or {{metric:auc=0.87}}"
    if binding.kind not in KINDS:
        near = get_close_matches(binding.kind, KINDS, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"use {', '.join(KINDS)}"
        return f"there is no kind “{binding.kind[:40]}”: {hint}"
    if not binding.name and binding.kind != "version":
        return f"it does not say which {binding.kind}: write {{{{{binding.kind}:NAME}}}}"
    if binding.operator not in ("", "=") and number(binding.claim) is None:
        return f"“{binding.claim[:40]}” is no number to compare with"
    return ""


def nothing(name: str, known: Iterable[str]) -> Found:
    """That nothing of that name is known, with the nearest that is."""
    names = list(known)
    near = get_close_matches(name.casefold(), [one.casefold() for one in names], n=1)
    hint = next((f"; did you mean “{one}”?" for one in names if near and one.casefold() == near[0]), "")
    return Found(because=f"nothing is known of “{name[:60]}”{hint}")


def number(text: str) -> tuple[float, int, bool] | None:
    """A number as people write it, its decimals, and whether it is a percentage: `87.5 %`, `€1,200`, `−0.4`."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    digits = found[1].replace(",", "").replace("−", "-")
    try:
        value = float(digits)
    except ValueError:
        return None
    decimals = 9 if "e" in digits.lower() else len(digits.partition(".")[2])
    return (value, decimals, bool(found[2])) if math.isfinite(value) else None


def _holds(binding: Binding, found: Found) -> bool:
    claimed = number(binding.claim)
    if found.value is None or claimed is None:
        return binding.operator == "=" and _same(binding.claim, found.text)
    at, decimals, percent = claimed
    if percent and found.fraction:
        at, decimals = at / 100, decimals + 2
    if binding.operator != "=":
        return {">=": found.value >= at, "<=": found.value <= at, ">": found.value > at, "<": found.value < at}[
            binding.operator
        ]
    if found.low is not None and found.high is not None and found.low <= at <= found.high:
        return True
    return abs(found.value - at) <= 0.5 * 10.0**-decimals * (1 + 1e-9)


def _same(claim: str, text: str) -> bool:
    return " ".join(claim.split()).casefold() == " ".join(text.split()).casefold()
