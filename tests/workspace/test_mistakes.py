"""Every mistake in a model's file, by what a person is told: line, field, what was expected, the nearest name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.workspace.check import problem_line
from watchroom.workspace.mistakes import field_name, listed, nearest, printable, quoted

WRONG = """\
model: churn
titel: Churn
task: binry
affects: a team
owners:
  busines: a@x
decisions:
  path: [lake/a.parquet, 3]
monitor:
  drift: {method: psy, watch: a lot}
  volume: {min_per_day: 2.5}
method: psi
kpis:
  - {target: 3}
  - {name: "", sql: " "}
reference: {start: 2026-02-30, end: 2026-01-01}
value: {run_cost_per_month: -1}
risk: {business: severe}
explain: {trust: yes, rows_per_month: 0}
"""

EXPECTED = [
    (2, "titel", '"titel" is not a field of the file', 'Did you mean "title"?'),
    (3, "task", '"binry" is not known here', 'Did you mean "binary"?'),
    (4, "affects", "Expected a list, found text", "Write it as `[one, two]`"),
    (6, "owners.busines", '"busines" is not a field of `owners`', 'Did you mean "business"?'),
    (8, "decisions.path[1]", "Expected text, found a whole number", "Put it in quotes"),
    (10, "monitor.drift.method", "Expected one of psi, js, ks, wasserstein and chi2", 'Did you mean "psi"?'),
    (10, "monitor.drift.watch", "Expected a number, found text", "without quotes or a unit"),
    (11, "monitor.volume.min_per_day", "Expected a whole number, found a number", ""),
    (12, "method", '"method" is not a field of the file', "It belongs to `monitor.drift.method`"),
    (14, "kpis[0].name", '"name" is missing', ""),
    (15, "kpis[1].name", "The text is empty", ""),
    (15, "kpis[1].sql", "The text is empty", ""),
    (16, "reference.start", "This is not a day", "2026-01-31"),
    (17, "value.run_cost_per_month", "Expected 0 or more", ""),
    (18, "risk.business", "Expected one of low, medium and high", ""),
    (19, "explain.rows_per_month", "Expected 1 or more", ""),
    (19, "explain.trust", "Expected true or false, found text", "Write true"),
]


def test_all_mistakes_of_a_file_are_listed_each_with_its_place_and_what_to_do(problems_in):
    problems = problems_in(WRONG)
    assert [(problem.line, problem.field) for problem in problems] == [(line, field) for line, field, _, _ in EXPECTED]
    for problem, (_, _, what, next_step) in zip(problems, EXPECTED, strict=True):
        assert problem.file == "models/m.yaml"
        assert what in f"{problem.what} {problem.why}"
        assert next_step in f"{problem.why} {problem.next_step}"


@pytest.mark.parametrize(
    ("content", "line", "field", "words"),
    [
        ("title: a\n", 1, "model", "is missing"),
        ("title: a\nmodel:\n", 2, "model", "is missing"),
        ("model: ''\n", 1, "model", "with something in it"),
        ("model: 5\n", 1, "model", "Put it in quotes"),
        ("model: m\ndecisions: {id: x}\n", 2, "decisions.path", "is missing"),
        ("model: m\ndecisions: lake/*.parquet\n", 2, "decisions", "Expected a mapping, found text"),
        ("model: m\ndecisions: {path: []}\n", 2, "decisions.path", "at least one"),
        ("model: m\nmonitor:\n  overrides:\n    a b: 3\n", 4, 'monitor.overrides."a b"', "Expected a mapping"),
        ("model: m\nvalue: {build_cost: .nan}\n", 2, "value.build_cost", "neither infinite nor NaN"),
        ("model: m\nvalue: {baseline: {}}\n", 2, "value.baseline", "one of `naive`"),
        ("model: m\nvalue: {baseline: {naive: mean, constant: 1}}\n", 2, "value.baseline", "one of `naive`"),
        ("model: m\nreference: {start: 2026-02-01}\n", 2, "reference.end", "is missing"),
        ("model: m\nreference: {start: 2026-02-01, end: 2026-01-01}\n", 2, "reference", "ends before it starts"),
        ("model: m\nreference: {start: 2026-02-01, path: a}\n", 2, "reference", "both forms"),
        ("model: m\nvalue: {true_positive: 1, per_unit_error: {over: 1}}\n", 2, "value", "both forms"),
        ("model: m\nexplain: {trust: maybe}\n", 2, "explain.trust", "Expected true or false"),
        ('model: m\n"a\\u001b[31m": 1\n', 2, '"a\\x1b[31m"', "not a field"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(problems_in, content, line, field, words):
    (problem,) = problems_in(content)
    assert (problem.line, problem.field) == (line, field)
    assert words in str(problem)
    assert problem_line(problem).isprintable()


def test_a_key_given_twice_is_listed_among_the_others(problems_in):
    problems = problems_in("model: m\ntask: binary\ntask: regression\ntitel: x\n")
    assert [(problem.line, problem.field) for problem in problems] == [(3, "task"), (4, "titel")]


def test_what_is_right_in_a_wrong_file_is_checked_across_fields_too(problems_in):
    problems = problems_in("title: ''\ntask: regression\nmonitor: {performance: {metric: f1}}\n")
    assert [problem.field for problem in problems] == ["model", "title", "monitor.performance.metric"]


def test_a_part_that_is_wrong_leads_to_no_second_mistake(problems_in):
    problems = problems_in(
        "model: m\ndecisions: {path: a, features: [a, 2]}\nmonitor: {overrides: {b: {watch: 0.2}}}\n"
    )
    assert [problem.field for problem in problems] == ["decisions.features[1]"]


def test_a_file_with_endless_mistakes_is_cut_and_says_so(problems_in):
    problems = problems_in("model: m\n" + "".join(f"x{n}: 1\n" for n in range(3000)))
    assert len(problems) == 51
    assert "2950 more" in problems[-1].what


def test_a_name_that_is_quoted_shows_on_one_line_and_is_cut():
    assert quoted("a\nb\x1b[31m\u202e") == '"a\\nb\\x1b[31m\\u202e"'
    assert len(quoted("x" * 1000)) < 100


@given(st.text())
def test_whatever_is_made_printable_is(text):
    assert printable(text).isprintable()


@pytest.mark.parametrize(
    ("path", "name"),
    [((), ""), (("kpis", 0, "name"), "kpis[0].name"), (("o", "a.b", "c"), 'o."a.b".c'), (("o", ""), 'o.""')],
)
def test_a_field_is_named_as_people_write_it(path, name):
    assert field_name(path) == name


def test_the_nearest_name_is_found_whatever_its_case():
    assert nearest("PSI", ["psi", "js"]) == 'Did you mean "psi"?'
    assert nearest("zzz", ["psi", "js"]) == ""


def test_a_long_list_is_cut_and_says_so():
    assert listed(["a"]) == "a"
    assert listed("abc") == "a, b and c"
    assert listed("abcdef", most=2) == "a, b and 4 more"
