"""The six questions as widgets, and what is wrong with an answer beside its question.

Names, the task and the risk stand in the address; the rest is kept for the session alone: it may be long, and names
people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from watchroom.domain.risk import LEVELS
from watchroom.domain.similar_models import KnownModel
from watchroom.domain.vocabulary import TASKS
from watchroom.errors import AnswerError
from watchroom.reports.new_project.answers import QUESTIONS, ROLES, Answers, Question, mistakes, one_sentence, role_name
from watchroom.reports.new_project.reuse import copied, data_names, named
from watchroom.reports.new_project.typed import as_lines, inputs, listed_names
from watchroom.ui.text import paragraph, sentence

NAME, TASK, LIKE = "called", "answers", "like"
AXES = ("business", "legal", "ethical")
_PREFIX = "new_"
_TAKEN = "_new_like_taken"
_TASK_NAMES = {"binary": "Yes or no", "multiclass": "One of several", "regression": "An amount"}
_MOST_SHOWN = 3
"""How many mistakes of one question are listed: the first ones mended, the others follow."""


@dataclass(frozen=True)
class Found:
    """The answers as far as they can be read, what is wrong with them, and which questions were begun."""

    answers: Answers
    mistakes: tuple[AnswerError, ...]

    def wrong(self, question: str) -> tuple[AnswerError, ...]:
        """What is wrong with the answer to that question."""
        return tuple(one for one in self.mistakes if one.question == question)


def take_over(known: tuple[KnownModel, ...]) -> None:
    """`?like=card-fraud` in a link: begin with that model's inputs, once."""
    asked = st.query_params.get(LIKE, "")
    if not asked or st.session_state.get(_TAKEN) == asked:
        return
    st.session_state[_TAKEN] = asked
    try:
        copy_inputs(named(known, asked))
    except AnswerError as error:
        st.warning(sentence(str(error)))


def copy_inputs(model: KnownModel) -> None:
    """Answer with a model's inputs and datasets, and with its task while none is chosen."""
    st.session_state[f"{_PREFIX}inputs"] = as_lines(copied(model))
    st.session_state[f"{_PREFIX}datasets"] = ", ".join(data_names(model))
    if not st.session_state.get(TASK) and model.task:
        st.session_state[TASK] = model.task


def questions() -> Found:
    """Draw the questions and read the answers."""
    typed: dict[str, Any] = {}
    places = []
    for number, question in enumerate(QUESTIONS, start=1):
        with st.container(border=True, gap="small"):
            st.markdown(f"**{number}. {question.text}** :small[:gray[{question.why}]]")
            typed |= _WIDGETS[question.key]()
            places.append((question, st.container(gap="xsmall")))
    answers, unread = _read(typed)
    found = Found(answers, (*unread, *_beside(mistakes(answers), unread)))
    for question, place in places:
        with place:
            _say(question, found, begun=_begun(question, typed))
    return found


def _beside(wrong: Iterable[AnswerError], unread: tuple[AnswerError, ...]) -> list[AnswerError]:
    """Of a question whose answer could not be read nothing else is said."""
    return [one for one in wrong if one.question not in {other.question for other in unread}]


def _read(typed: dict[str, Any]) -> tuple[Answers, tuple[AnswerError, ...]]:
    unread: tuple[AnswerError, ...] = ()
    try:
        found = inputs(str(typed["inputs"]).splitlines())
    except AnswerError as error:
        found, unread = (), (error,)
    owners = ((role, str(typed[role]).strip()) for role in ROLES)
    answers = Answers(
        model=typed["model"].strip(),
        purpose=one_sentence(typed["purpose"]),
        affects=listed_names(typed["affects"]),
        task=cast("Any", typed["task"]),
        classes=listed_names(typed["classes"]),
        unit=typed["unit"].strip(),
        inputs=found,
        business=typed["risk_business"],
        legal=typed["risk_legal"],
        ethical=typed["risk_ethical"],
        reason=one_sentence(typed["reason"]),
        owners=tuple((role, person) for role, person in owners if person),
        datasets=listed_names(typed["datasets"]),
    )
    return answers, unread


def _begun(question: Question, typed: dict[str, Any]) -> bool:
    """Whether anything was answered: what was not touched yet is open, not wrong."""
    parts = {
        "model": ("model",),
        "purpose": ("purpose", "affects"),
        "task": ("task",),
        "inputs": ("inputs",),
        "risk": (*(f"risk_{axis}" for axis in AXES), "reason"),
        "people": ROLES,
    }
    return any(typed[part] for part in parts[question.key])


def _say(question: Question, found: Found, *, begun: bool) -> None:
    wrong = found.wrong(question.key) if begun else ()
    lines = [f":red[:material/error:] {_told(one)}" for one in wrong[:_MOST_SHOWN]]
    if len(wrong) > _MOST_SHOWN:
        lines.append(f":gray[and {len(wrong) - _MOST_SHOWN} more]")
    if lines:
        st.markdown("  \n".join(lines))


def _told(error: AnswerError) -> str:
    return " ".join(paragraph(part) for part in (error.what, error.why, error.next_step) if part)


def _text(label: str, key: str, hint: str = "", *, address: bool = False, width: int | str = "stretch") -> str:
    kept: dict[str, Any] = {"persist_state": "session"} | ({"bind": "query-params"} if address else {})
    found = st.text_input(label, key=key, placeholder=hint, width=cast("Any", width), **kept)
    return found or ""


def _model() -> dict[str, Any]:
    hint = "card-fraud"
    return {"model": _text("Name in the registry", NAME, hint, address=True)}


def _purpose() -> dict[str, Any]:
    return {
        "purpose": _text("In a sentence", f"{_PREFIX}purpose", "Stops card payments that are likely to be fraud"),
        "affects": _text("Who relies on it, apart by commas", f"{_PREFIX}affects", "Fraud desk, Customer service"),
    }


def _task() -> dict[str, Any]:
    task = st.segmented_control(
        "Kind of answer",
        list(TASKS),
        format_func=lambda one: _TASK_NAMES[one],
        key=TASK,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    found = {"task": task, "classes": "", "unit": ""}
    if task == "regression":
        found["unit"] = _text("Unit of the amount", f"{_PREFIX}unit", "EUR", width=240)
    elif task == "binary":
        found["classes"] = _text("What 0 and 1 are called", f"{_PREFIX}two", "genuine, fraud")
    elif task == "multiclass":
        found["classes"] = _text("Its answers, apart by commas", f"{_PREFIX}classes", "oak, beech, fir")
    return found


def _inputs() -> dict[str, Any]:
    hint = "amount\nage: integer: 18 to 99\nchannel: category: web, app, branch\nabroad: boolean"
    typed = st.text_area(
        "One a line: a name, and its kind unless it is a number (number, integer, category, boolean)",
        key=f"{_PREFIX}inputs",
        placeholder=hint,
        height=190,
        persist_state="session",
    )
    data = _text("Datasets it is to learn from, as MLflow knows them (if any)", f"{_PREFIX}datasets", "card-payments")
    return {"inputs": typed or "", "datasets": data}


def _risk() -> dict[str, Any]:
    found: dict[str, Any] = {}
    with st.container(horizontal=True, gap="medium"):
        for axis in AXES:
            found[f"risk_{axis}"] = st.segmented_control(
                axis.capitalize(),
                list(LEVELS),
                format_func=str.capitalize,
                key=f"risk_{axis}",
                bind="query-params",
                persist_state="session",
            )
    found["reason"] = _text("Why", f"{_PREFIX}reason", "A wrong stop annoys a customer; nobody is refused for good")
    return found


def _people() -> dict[str, Any]:
    found: dict[str, Any] = {}
    with st.grid(3, min_column_width=150):
        for role in ROLES:
            found[role] = _text(role_name(role).capitalize(), f"{_PREFIX}owner_{role}", _PEOPLE_HINTS.get(role, ""))
    return found


_PEOPLE_HINTS = {"business": "ada@example.com", "reviewer": "if known", "on_call": "if known", "deputy": "if known"}

_WIDGETS: dict[str, Callable[[], dict[str, Any]]] = {
    "model": _model,
    "purpose": _purpose,
    "task": _task,
    "inputs": _inputs,
    "risk": _risk,
    "people": _people,
}
