"""The cards beside the models' files: found by the file's name, their bindings checked before anything is measured."""

from __future__ import annotations

from pathlib import Path

from watchroom.workspace.card_file import read_cards
from watchroom.workspace.check import check_workspace
from watchroom.workspace.load import load_workspace


def room(tmp_path: Path, **cards: bytes) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    (tmp_path / "models" / "fraud.yaml").write_text("model: card/fraud\n", encoding="utf-8")
    for name, text in cards.items():
        (tmp_path / "models" / f"{name}.md").write_bytes(text)
    return tmp_path


def test_a_card_belongs_to_the_model_whose_file_has_its_name(tmp_path: Path):
    found = read_cards(load_workspace(room(tmp_path, fraud=b"## Limits\n\nnone\n", README=b"notes")))
    assert [(card.model, card.file) for card in found.cards] == [("card/fraud", "models/fraud.md")]
    assert found.problems == ()


def test_a_card_of_no_model_is_named_with_the_nearest_file(tmp_path: Path):
    (problem,) = read_cards(load_workspace(room(tmp_path, frauds=b"text"))).problems
    assert (problem.file, problem.next_step) == ("models/frauds.md", 'Did you mean "fraud"?')


def test_check_names_a_binding_that_can_be_none_with_its_line(tmp_path: Path):
    report = check_workspace(room(tmp_path, fraud=b"one\n\n{{metrik:auc}} and {{metric:auc}}\n"))
    assert not report.ok
    assert report.lines()[0].startswith("models/fraud.md:3: {{metrik:auc}} cannot be filled in.")
    assert "did you mean" in report.lines()[0]


def test_a_card_that_is_no_text_is_a_problem_of_its_own(tmp_path: Path):
    found = read_cards(load_workspace(room(tmp_path, fraud=b"\xff\xfe\x00")))
    assert found.cards == ()
    assert "not UTF-8" in found.problems[0].what
