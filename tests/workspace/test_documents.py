"""The schema for editors and the page of the docs say what the program's own models say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from watchroom.workspace.document import workspace_markdown
from watchroom.workspace.load import load_workspace
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.room_file import RoomSettings
from watchroom.workspace.schema import choices, json_schema, known_fields, paths_of

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs" / "workspace.md"


def test_the_page_is_made_from_the_models():
    assert DOCS.read_text("utf-8") == workspace_markdown()


@pytest.mark.parametrize(("kind", "root"), [("model", ModelSpec), ("watchroom", RoomSettings)])
def test_every_field_of_every_mapping_has_its_line_and_its_sentence(kind, root):
    text = DOCS.read_text("utf-8")
    schema = json_schema(kind)
    places = [schema, *schema["$defs"].values()]
    assert set(root.model_fields) == set(schema["properties"])
    for place in places:
        for name, part in place.get("properties", {}).items():
            assert part["description"] in text
            assert f"| `{name}` |" in text


def test_a_schema_knows_the_fields_and_the_words_of_a_place():
    assert known_fields(
        "model",
        (
            "monitor",
            "overrides",
            "any",
        ),
    ) == ("method", "watch", "drifted")
    assert {"true_positive", "per_unit_error"} <= set(known_fields("model", ("value",)))
    assert known_fields("model", ("kpis", 3))[0] == "name"
    assert known_fields("model", ("title",)) == ()
    assert choices("model", ("risk", "legal")) == ("low", "medium", "high")
    assert paths_of("model", "on_call") == (("owners", "on_call"),)
    assert paths_of("model", "no_such") == ()


def test_a_schema_is_plain_json_that_allows_no_other_field():
    for kind in ("model", "watchroom"):
        schema = json.loads(json.dumps(json_schema(kind)))
        assert schema["additionalProperties"] is False
        assert "oneOf" not in json.dumps(schema)


def test_the_files_that_come_with_watchroom_are_in_order():
    if not (ROOT / "data" / "watchroom.yaml").exists():
        pytest.skip("no workspace in this checkout")
    assert [str(problem) for problem in load_workspace(ROOT / "data", {}).problems] == []
