"""Builds a condition of the run filter from choices, for those who do not know the language yet."""

from __future__ import annotations

from datetime import date

import streamlit as st

from watchroom.domain import filters as f
from watchroom.store.queries import run_choices
from watchroom.ui.room import ask, reading
from watchroom.ui.runs_view import FILTER, add_condition
from watchroom.ui.text import number
from watchroom.ui.workspace import facts

_KINDS = {
    "Metric": "metric",
    "Parameter": "param",
    "Attribute": "attribute",
    "Tag": "tag",
    "Dataset": "dataset",
    "Model version": "model",
}
_NUMBER = ("<", "<=", ">", ">=", "=", "!=", "between", "is null", "is not null")
_TEXT = ("=", "!=", "in", "not in", "contains", "like", "is null", "is not null")
_TIME = (">=", "<", "=", "between", "in the last", "is null", "is not null")
_TRUTH = ("=", "is null", "is not null")
_OPERATORS: dict[f.Kind, tuple[str, ...]] = {
    "number": (*_NUMBER, "is finite", "is not finite"),
    "duration": _NUMBER,
    "time": _TIME,
    "truth": _TRUTH,
    "text": _TEXT,
    "text or number": (*_TEXT[:6], "<", "<=", ">", ">=", "between", *_TEXT[6:]),
}
_WORDS = {
    "is null": "is missing",
    "is not null": "is there",
    "is finite": "is a finite number",
    "is not finite": "is NaN or infinite",
}


def condition_builder() -> None:
    """The choices, the condition that they make, and the button that adds it to the filter."""
    subject = _subject()
    if subject is None:
        st.caption("No run has one of these.")
        return
    kind = f.kind_of(subject)
    operators = [name for name in _OPERATORS[kind] if isinstance(subject, f.Metric) or "finite" not in name]
    operator = st.selectbox(
        "Condition", operators, key=f"_builder_operator_{kind}", format_func=lambda name: _WORDS.get(name, name)
    )
    condition = _condition(subject, kind, operator)
    if condition is None:
        st.caption("Give a value.")
        return
    text = f.to_text(condition)
    st.code(text, language=None, wrap_lines=True)
    with st.container(horizontal=True):
        if not (st.session_state.get(FILTER) or "").strip():
            st.button("Add", key="_builder_add", type="primary", on_click=add_condition, args=(text, "and"))
            return
        for word, about in (("and", "Runs for which this holds too"), ("or", "These runs as well")):
            st.button(
                word.capitalize(),
                key=f"_builder_{word}",
                type="primary" if word == "and" else "secondary",
                help=about,
                on_click=add_condition,
                args=(text, word),
            )


def _subject() -> f.Subject | None:
    kind = _KINDS[st.selectbox("About", list(_KINDS), key="_builder_kind")]
    if kind == "attribute":
        return f.Attribute(st.selectbox("Attribute", list(f.ATTRIBUTES), key="_builder_attribute"))
    if kind == "dataset":
        return f.Dataset(st.selectbox("Field", list(f.DATASET_FIELDS), key="_builder_dataset"))
    if kind == "model":
        return f.Model(st.selectbox("Field", list(f.MODEL_FIELDS), key="_builder_model"))
    keys = {item.key: item for item in ask(run_choices.keys) if item.kind == kind}
    if not keys:
        return None
    key = st.selectbox(
        "Key", list(keys), key=f"_builder_key_{kind}", format_func=lambda name: f"{name} ({number(keys[name].runs)})"
    )
    if kind != "metric":
        return keys[key].subject
    statistic = st.segmented_control("Value", f.STATISTICS, default="last", required=True, key="_builder_statistic")
    return f.Metric(key, statistic or "last")


def _condition(subject: f.Subject, kind: f.Kind, operator: str) -> f.Condition | None:
    if operator in ("is null", "is not null"):
        return f.IsNull(subject, operator == "is not null")
    if operator in ("is finite", "is not finite") and isinstance(subject, f.Metric):
        return f.IsFinite(subject, operator == "is not finite")
    if operator in ("in", "not in"):
        texts = _suggested(subject, many=True)
        return f.OneOf(subject, tuple(f.Text(text) for text in texts), operator == "not in") if texts else None
    if operator in ("like", "contains"):
        pattern = st.text_input(
            "Text",
            key="_builder_pattern",
            help="% stands for anything, _ for one character" if operator == "like" else None,
        )
        return f.Like(subject, operator, f.Text(pattern)) if pattern else None
    if operator == "between":
        left, right = st.columns(2)
        with left:
            low = _value(subject, kind, "From", "_low")
        with right:
            high = _value(subject, kind, "To", "_high")
        return f.Between(subject, low, high) if low is not None and high is not None else None
    if operator == "in the last":
        days = st.number_input("Days before the snapshot", 1, 3650, 7, key="_builder_days")
        return f.Compare(subject, ">=", f.Ago(f"{days}d"))
    value = _value(subject, kind, "Value", f"_{operator}" if operator in ("=", "!=") else "")
    return f.Compare(subject, operator, value) if value is not None else None


def _value(subject: f.Subject, kind: f.Kind, label: str, key: str) -> f.Value | None:
    if kind == "truth":
        return f.Truth(
            st.segmented_control(label, ["true", "false"], default="true", required=True, key="_builder_truth")
            == "true"
        )
    if kind == "time":
        day = st.date_input(label, _today(), key=f"_builder_day{key}", format="YYYY-MM-DD")
        return f.Text(day.isoformat())
    if kind == "text" or (kind == "text or number" and key in ("_=", "_!=")):
        texts = _suggested(subject, many=False)
        return f.Text(texts[0]) if texts else None
    found = st.number_input(
        f"{label}, in seconds" if kind == "duration" else label,
        value=None,
        format="%.6g",
        step=None,
        key=f"_builder_number{key}",
        placeholder="A number",
    )
    return None if found is None else f.Number(float(found))


def _today() -> date:
    """The snapshot's day, where the workspace is."""
    with reading() as snapshot:
        return snapshot.made_at.astimezone(facts().zone).date()


def _suggested(subject: f.Subject, *, many: bool) -> list[str]:
    """One value, or several, of those that runs have, or typed."""
    match subject:
        case f.Param(key):
            options = ask(run_choices.values, kind="param", key=key)
        case f.Tag(key):
            options = ask(run_choices.values, kind="tag", key=key)
        case f.Attribute(name):
            options = ask(run_choices.values, kind="attribute", key=name)
        case _:
            options = ()
    name = f"_builder_text_{f.subject_text(subject)}"
    if many:
        return st.multiselect("Values", options, key=f"{name}_many", accept_new_options=True)
    chosen = st.selectbox("Value", options, index=None, key=name, accept_new_options=True, placeholder="Choose or type")
    return [chosen] if chosen else []
