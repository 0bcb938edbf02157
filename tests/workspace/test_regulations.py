"""Regulations as files: those that ship hold together, and a team's file extends them or says what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from watchroom.domain.regulation import Regulation
from watchroom.workspace.load import load_workspace
from watchroom.workspace.policies import shipped as shipped_policy
from watchroom.workspace.regulation_maps import read_regulations, shipped

ANNEX, NIST, SR = "eu-ai-act-annex-iv", "nist-ai-rmf", "sr-26-2"


def by_id(found: tuple[Regulation, ...]) -> dict[str, Regulation]:
    return {one.id: one for one in found}


def written(folder: Path, name: str, text: str) -> Path:
    (folder / "regulations").mkdir(exist_ok=True)
    (folder / "regulations" / name).write_text(text)
    return folder


def test_those_that_ship_have_the_headings_of_their_texts():
    found = by_id(shipped())
    assert [heading.id for heading in found[ANNEX].headings] == [str(number) for number in range(1, 10)]
    groups = {"GOVERN": 6, "MAP": 5, "MEASURE": 4, "MANAGE": 4}
    assert [h.id for h in found[NIST].headings] == [
        f"{g} {n}" for g, most in groups.items() for n in range(1, most + 1)
    ]
    assert all(heading.id.startswith(heading.group) for heading in found[NIST].headings)
    assert found[SR].source.issued == date(2026, 4, 17)


def test_each_says_where_it_was_read_when_and_what_was_not_checked():
    for one in shipped():
        assert one.source.url.startswith("https://")
        assert one.source.issued < one.source.read_on
        assert one.unverified
        assert all(heading.asks and heading.needs for heading in one.headings)


def test_every_item_that_one_names_is_in_the_policy_that_ships():
    known = {item.id for item in shipped_policy().items}
    named = {
        way.name for one in shipped() for heading in one.headings for need in heading.needs for way in need.ways
        if way.kind == "item"
    }  # fmt: skip
    assert named <= known


def test_a_file_changes_one_that_ships_and_keeps_the_rest(tmp_path: Path):
    text = """
extends: sr-26-2
models: ["credit-*"]
drop: [vendors]
headings:
  governance:
    drop: [changes]
    needs:
      committee: {says: The committee's minutes, ways: [{elsewhere: the risk drive}]}
  board:
    title: What the board hears
    asks: The board hears of material models once a quarter.
    needs:
      report: {says: The report, ways: [{evidence: "*board*"}]}
"""
    found = by_id(read_regulations(written(tmp_path, "ours.yaml", text)).regulations)[SR]
    before = by_id(shipped())[SR]
    assert (found.title, found.source, found.file) == (before.title, before.source, "regulations/ours.yaml")
    assert (found.fits("credit-risk"), found.fits("churn")) == (True, False)
    assert [heading.id for heading in found.headings] == [
        "overview",
        "development",
        "validation",
        "governance",
        "board",
    ]
    needs = {need.id for need in found.headings[3].needs}
    assert "committee" in needs
    assert "changes" not in needs
    assert "policy" in needs


def test_a_file_of_its_own_is_added_after_those_that_ship_and_one_can_be_hidden(tmp_path: Path):
    own = "title: House rules\nheadings: {a: {title: A, asks: Do it., needs: {x: {says: X, ways: [{fact: task}]}}}}\n"
    written(tmp_path, "house.yaml", own)
    written(tmp_path, "no-nist.yaml", "extends: nist-ai-rmf\nhidden: true\n")
    assert [one.id for one in read_regulations(tmp_path).regulations] == [ANNEX, SR, "house"]


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("extends: sr-11-7\n", "does not ship", "sr-26-2"),
        ("extends: sr-26-2\ntitel: x\n", '"titel" is not a field', "title"),
        ("headings: {a: {title: A, asks: B, needs: {x: {says: X, ways: [{fact: purpos}]}}}}\n", "no fact", "purpose"),
        (
            "headings: {a: {title: A, asks: B, needs: {x: {says: X, ways: [{fact: task, item: b}]}}}}\n",
            "just one",
            "fact",
        ),
        ("headings: {a: {asks: B}}\n", '"title" is missing', "new heading"),
        ("headings: {a: {title: A, asks: B, needs: {x: {says: X}}}}\n", "is missing", "`ways`"),
        ("source: {issued: yesterday}\n", "not a day", "2026-01-31"),
    ],
)
def test_a_mistake_names_file_line_and_what_was_meant_and_changes_nothing(
    tmp_path: Path, text: str, what: str, hint: str
):
    found = read_regulations(written(tmp_path, "ours.yaml", text))
    (problem,) = found.problems
    assert problem.file == "regulations/ours.yaml"
    assert problem.line
    assert what in problem.what
    assert hint in f"{problem.why} {problem.next_step}"
    assert found.regulations == shipped()


def test_a_file_named_like_one_that_ships_must_say_that_it_extends_it(tmp_path: Path):
    (problem,) = read_regulations(written(tmp_path, "sr-26-2.yaml", "title: Mine\n")).problems
    assert "extends: sr-26-2" in problem.next_step


def test_check_tells_what_is_wrong_in_them(tmp_path: Path):
    (tmp_path / "watchroom.yaml").write_text("mlflow: {tracking_uri: ./mlruns}\n")
    found = load_workspace(written(tmp_path, "ours.yaml", "extends: sr-11-7\n"), {})
    assert [problem.file for problem in found.problems] == ["regulations/ours.yaml"]
