"""The part of a model's file that says what its answers mean to people: names for them, a unit, which one is good."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from watchroom.workspace.pieces import Piece, Text, default, left_out


def _texts(value: Any) -> Any:
    """Names by answer: an answer that YAML reads as a number is meant as the text that the log is read as."""
    if not isinstance(value, dict):
        return value
    return {_text(key): name for key, name in value.items()}


def _text(key: Any) -> Any:
    if isinstance(key, bool):
        return "1" if key else "0"
    return str(key) if isinstance(key, int) else key


def _answer(value: Any) -> Any:
    return _text(value)


Names = Annotated[dict[str, Text], BeforeValidator(_texts)]


class Answer(Piece):
    """What the model's answers mean to people; pages and printed decisions use these words."""

    predictions: Names = default({}, "what a prediction is called, such as `{1: stopped, 0: let through}`")
    outcomes: Names = default({}, "what an outcome is called, such as `{1: fraud, 0: genuine}`")
    unit: Text | None = left_out("the unit of a predicted amount, such as `EUR` or `bikes`")
    favourable: Annotated[Text | None, BeforeValidator(_answer)] = left_out(
        "the prediction that is good for whom it concerns: how often it is given is what fairness compares"
    )

    def prediction(self, value: str | None) -> str | None:
        """What a prediction is called; the prediction itself without a name, None for none."""
        return None if value is None else self.predictions.get(value, value)

    def outcome(self, value: str | None) -> str | None:
        """What an outcome is called; the outcome itself without a name, None for none."""
        return None if value is None else self.outcomes.get(value, value)
