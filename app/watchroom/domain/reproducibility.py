"""What it takes to make a run again: the eight things to look for, why each matters, and what their sum says of a run.

How to log each of them is in `reproducibility_code`; whether a run has them is in the view `reproducibility`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from watchroom.domain import reproducibility_code as code

Status = Literal["found", "missing", "unknown"]


@dataclass(frozen=True)
class Item:
    """One thing to look for. `how` says what to do where it is missing, `code` does it in the training script."""

    key: str
    title: str
    why: str
    how: str
    code: str


ITEMS: tuple[Item, ...] = (
    Item(
        "commit",
        "Commit",
        "Without it nobody knows which code made the model.",
        "MLflow records it by itself for a script that is run in a git checkout where GitPython is installed. "
        "A notebook, a job or a copy of the code has to say it:",
        code.COMMIT,
    ),
    Item(
        "clean_tree",
        "Clean tree",
        "A commit is not the code that ran when changes were never committed.",
        "MLflow does not record it by itself. Commit first, then say that nothing was left over:",
        code.CLEAN_TREE,
    ),
    Item(
        "environment",
        "Environment",
        "The same code gives other figures, or fails, with other versions of its libraries.",
        "Log the list of packages with the model. `pip freeze > requirements.txt` writes it:",
        code.ENVIRONMENT,
    ),
    Item(
        "data",
        "Data with digests",
        "A name says where data lay, a digest whether it is still the same.",
        "Log each dataset that the run reads, with where it came from:",
        code.DATA,
    ),
    Item(
        "seed",
        "Seed",
        "Splits and starting points are drawn by chance; without the seed no second run draws the same.",
        "Set one seed everywhere, and log it as a parameter with `seed` or `random_state` in its name:",
        code.SEED,
    ),
    Item(
        "signature",
        "Signature",
        "It says which columns the model takes and of which type, so that it can be called, checked and compared.",
        "Let MLflow work it out from the data, and log it with the model:",
        code.SIGNATURE,
    ),
    Item(
        "input_example",
        "Input example",
        "Whoever takes the model over can try it at once.",
        "Log a few rows with the model. They are kept in its files, so take rows that may be shown:",
        code.INPUT_EXAMPLE,
    ),
    Item(
        "model",
        "Loadable model",
        "A model that cannot be loaded is a name and some figures.",
        "Log it in a format that runs no code of its own when it is loaded, and load it once at once. "
        "A refresh tries the models that are registered:",
        code.MODEL,
    ),
)
"""In the order in which they are needed: code, environment, data, chance, and what came out."""

BY_KEY = {item.key: item for item in ITEMS}


@dataclass(frozen=True)
class Finding:
    """One of the eight in a run: its key, whether it was found, and what was found or why it cannot be told."""

    item: str
    status: Status
    detail: str = ""


@dataclass(frozen=True)
class Standing:
    """What was found of the eight, as keys in their order. What cannot be told counts neither for nor against."""

    found: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def told(self) -> int:
        """Of how many it can be told."""
        return len(self.found) + len(self.missing)

    @property
    def score(self) -> float | None:
        """The share found of those that can be told, from 0 to 1; None when that is none of them."""
        return len(self.found) / self.told if self.told else None

    @property
    def sentence(self) -> str:
        """`7 of 8 found; missing: input example.`; what cannot be told is named, and not among the eight then."""
        if not self.told:
            return "Nothing of what it takes can be told."
        first = f"All {self.told} found" if not self.missing else f"{len(self.found)} of {self.told} found"
        parts = [first]
        if self.missing:
            parts.append(f"missing: {_names(self.missing)}")
        if self.unknown:
            parts.append(f"cannot be told: {_names(self.unknown)}")
        return "; ".join(parts) + "."


def standing(findings: Iterable[Finding]) -> Standing:
    """The findings of one run, summed up; an item without a finding cannot be told."""
    status = {finding.item: finding.status for finding in findings}
    by = {
        kind: tuple(item.key for item in ITEMS if status.get(item.key, "unknown") == kind)
        for kind in ("found", "missing", "unknown")
    }
    return Standing(by["found"], by["missing"], by["unknown"])


def _names(keys: tuple[str, ...]) -> str:
    return ", ".join(BY_KEY[key].title[:1].lower() + BY_KEY[key].title[1:] for key in keys)
