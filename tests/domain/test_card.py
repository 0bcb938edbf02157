"""The free text of a model card: what stands where, what its bindings are, and whether what they claim is so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.card_claims import Found, judge, mistake, number
from watchroom.domain.card_text import Binding, binding, bindings, parts, pieces, split

TEXT = """# Churn

## Intended use

Says who may **leave**; AUC {{metric:auc=0.87}}.

- one
  goes on
- two

### Smaller

| a | b |
|---|---|

## Empty

## Limits

See {{kpi:"Cost < 10" <= 5}}.
"""


def test_text_is_told_by_the_headings_of_the_first_two_levels_and_empty_ones_are_left_out():
    assert [(part.key, part.line) for part in parts(TEXT)] == [("intended use", 3), ("limits", 18)]


def test_a_body_is_taken_apart_into_paragraphs_items_and_lines_without_marks_for_bold():
    found = [(piece.kind, piece.text) for piece in pieces(parts(TEXT)[0].body)]
    assert found[:3] == [
        ("paragraph", "Says who may leave; AUC {{metric:auc=0.87}}."),
        ("item", "one goes on"),
        ("item", "two"),
    ]
    assert found[3:] == [("heading", "Smaller"), ("lines", "| a | b |\n|---|---|")]


def test_a_heading_in_a_block_of_code_is_no_heading():
    assert [part.heading for part in parts("## A\n```\n## B\n```\ntext\n")] == ["A"]


@pytest.mark.parametrize(
    ("inner", "kind", "name", "operator", "claim"),
    [
        ("metric:auc", "metric", "auc", "", ""),
        (" Metric : auc = 0.87 ", "metric", "auc", "=", "0.87"),
        ("metric:auc>=0.8", "metric", "auc", ">=", "0.8"),
        ("kpi:Fraud caught", "kpi", "Fraud caught", "", ""),
        ('kpi:"Cost < 10" <= 5', "kpi", "Cost < 10", "<=", "5"),
        ("version=3", "version", "", "=", "3"),
        ("owner:business=a@x", "owner", "business", "=", "a@x"),
        ("", "", "", "", ""),
        (": auc", "", "", "", ""),
    ],
)
def test_a_binding_names_its_kind_its_subject_and_what_is_claimed(inner, kind, name, operator, claim):
    found = binding(inner)
    assert (found.kind, found.name, found.operator, found.claim) == (kind, name, operator, claim)


def test_bindings_know_their_line():
    assert [(one.kind, one.line) for one in bindings(TEXT)] == [("metric", 5), ("kpi", 20)]


AUC = Found(0.8712, "0.871", 0.85, 0.89, "October, 1,000 outcomes")


@pytest.mark.parametrize(
    ("written", "found", "status", "told"),
    [
        ("metric:auc", AUC, "bound", "0.871"),
        ("metric:auc=0.87", AUC, "holds", "0.87"),
        ("metric:auc=0.86", AUC, "holds", "0.86"),  # within the interval
        ("metric:auc=0.84", AUC, "stale", "0.84 (stale: now 0.871)"),
        ("metric:auc>=0.85", AUC, "holds", "0.871"),
        ("metric:auc>=0.9", AUC, "stale", "0.871 (stale: the card says at least 0.9)"),
        ("n:rows=1,200", Found(1200.0, "1,200"), "holds", "1,200"),
        ("n:rows=1,201", Found(1200.0, "1,200"), "stale", "1,201 (stale: now 1,200)"),
        ("share:amount=20 %", Found(0.204, "20 %", fraction=True), "holds", "20 %"),
        ("share:amount=22 %", Found(0.204, "20 %", fraction=True), "stale", "22 % (stale: now 20 %)"),
        ("kpi:caught>=60 %", Found(57.7, "57.7 %"), "stale", "57.7 % (stale: the card says at least 60 %)"),
        ("value:net=€1,200", Found(1200.0, "€1,200"), "holds", "€1,200"),
        ("owner:business=A@x", Found(text="a@x"), "holds", "A@x"),
        ("owner:business=b@x", Found(text="a@x"), "stale", "b@x (stale: now a@x)"),
        ("metric:auc=0.87", Found(because="not measured"), "unknown", "0.87 (not checked: not measured)"),
        ("metric:auc", Found(because="not measured"), "unknown", "unknown (not measured)"),
        ("metrik:auc", AUC, "broken", "{{metrik:auc}}"),
    ],
)
def test_a_claim_holds_in_its_digits_or_within_the_interval_and_is_stale_otherwise(written, found, status, told):
    judged = judge(binding(written), found)
    assert (judged.status, judged.told) == (status, told)


def test_what_cannot_be_a_binding_says_why_and_what_is_near():
    assert "did you mean “metric”" in mistake(binding("metrik:auc"))
    assert "which metric" in mistake(binding("metric"))
    assert "no number" in mistake(binding("metric:auc>=good"))
    assert mistake(binding("version")) == ""


@given(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), st.integers(0, 3))
def test_a_figure_claimed_in_any_of_its_own_digits_holds(value: float, decimals: int):
    claim = binding(f"metric:x={value:.{decimals}f}")
    assert judge(claim, Found(value, str(value))).status == "holds"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_and_what_is_split_is_all_there(text: str):
    for part in parts(text):
        pieces(part.body)
    bindings(text)
    number(text)
    line = text.replace("\n", " ")
    assert "".join(one.written if isinstance(one, Binding) else one for one in split(line)) == line
