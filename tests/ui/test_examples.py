"""Lines for a model's file, to copy from a page."""

from __future__ import annotations

import pytest
import yaml

from watchroom.ui import examples
from watchroom.workspace.model_file import ModelSpec


@pytest.mark.parametrize(
    ("task", "lines"),
    [
        ("binary", examples.WORTH),
        ("binary", examples.BINARY),
        ("regression", examples.REGRESSION),
        ("multiclass", examples.COSTS),
    ],
)
def test_lines_to_copy_are_a_file_that_is_read(task: str, lines: str):
    assert ModelSpec.model_validate({"model": "m", "task": task, **yaml.safe_load(lines)}).value is not None


def test_the_same_figure_stands_wherever_a_page_shows_one():
    whole = yaml.safe_load(examples.BINARY)["value"]
    assert yaml.safe_load(examples.WORTH)["value"].items() <= whole.items()
    assert all(yaml.safe_load(examples.line(name)) == {name: whole[name]} for name in whole if name != "baseline")
