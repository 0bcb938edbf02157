"""`project.py` of a new project: the answers as constants, which every script reads."""

from __future__ import annotations

import hashlib

from watchroom.reports.new_project.answers import ID, TARGET, TIME, Answers, Input
from watchroom.reports.new_project.quoting import python, python_dict, python_list, python_numbers

_SEGMENTS = 3
"""How many inputs the metrics are told apart by at first; a person then chooses those that matter."""

_USUAL_VALUES: dict[str, tuple[str, ...]] = {
    "country": ("AT", "DE", "FR", "IT", "PL"),
    "channel": ("web", "app", "branch", "phone"),
    "region": ("north", "east", "south", "west"),
    "weekday": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "season": ("spring", "summer", "autumn", "winter"),
    "currency": ("EUR", "GBP", "CHF", "USD"),
    "device": ("phone", "tablet", "desktop"),
    "gender": ("female", "male", "other"),
}
_LETTERS = ("a", "b", "c", "d", "e")


def text(answers: Answers) -> str:
    """The module's text."""
    whole, booleans = (tuple(one.name for one in answers.of_kind(kind)) for kind in ("integer", "boolean"))
    numbers = tuple(one.name for one in answers.inputs if one.kind in ("number", "integer"))
    spans = {one.name: one.span for one in answers.inputs if one.span is not None}
    categories = {one.name: _values(one) for one in answers.of_kind("category")}
    lines = [
        '"""What this project is about: the answers that it began with. Every script reads them from here."""',
        "",
        "from pathlib import Path",
        "",
        f"MODEL = {python(answers.model)}  # its name in MLflow's registry",
        f"PURPOSE = {python(answers.purpose)}",
        "",
        "# PUT YOUR OWN ROWS HERE: a CSV or Parquet file with the columns that data.py names.",
        "# None is sample data, which says nothing about your business.",
        "DATA: Path | None = None",
        "",
        f"ID, TIME, TARGET = {python(ID)}, {python(TIME)}, {python(TARGET)}",
        "# In the order of the signature. Numbers may be missing; the values of categories are only for the sample.",
        f"INPUTS = {python_list([one.name for one in answers.inputs])}",
        f"NUMBERS = {python_list(numbers)}",
        "# Those of the numbers that are whole, and the least and the most of those for which that was said.",
        f"WHOLE = {python_list(whole)}",
        f"RANGES = {python_numbers(spans)}",
        f"BOOLEANS = {python_list(booleans)}",
        f"CATEGORIES = {python_dict(categories)}",
        "# Inputs by which the metrics are told apart: choose those by which it must not fail.",
        f"SEGMENTS = {python_list(_segments(answers))}",
        "",
        *_answer(answers),
        f"SEED = {_seed(answers.model)}  # of everything that is drawn: the same seed, the same model",
        "",
    ]
    return "\n".join(lines)


def class_names(answers: Answers) -> tuple[str, ...]:
    """What the answers are called; 0 and 1 have plain names until somebody gives them better ones."""
    return answers.classes or ("no", "yes")


def _answer(answers: Answers) -> list[str]:
    if answers.task == "regression":
        return [f"UNIT = {python(answers.unit)}  # of the amount that it predicts"]
    listed = f"CLASSES = {python_list(class_names(answers))}"
    if answers.task == "multiclass":
        return [f"{listed}  # the labels"]
    return [f"{listed}  # what 0 and 1 are called", "CUTOFF = 0.5  # from this score on it says 1"]


def _segments(answers: Answers) -> list[str]:
    """Categories and flags first: their parts have names."""
    kinds = ("category", "boolean")
    named = [one.name for kind in kinds for one in answers.inputs if one.kind == kind]
    return (named or [one.name for one in answers.inputs])[:_SEGMENTS]


def _values(one: Input) -> tuple[str, ...]:
    """The values that were given, those that are usual for such a name, or letters."""
    usual = (values for word, values in _USUAL_VALUES.items() if word in one.name.lower())
    return one.values or next(usual, _LETTERS)


def _seed(model: str) -> int:
    """Of its own for each model, and the same each time."""
    return int.from_bytes(hashlib.sha256(model.encode()).digest()[:2])
