"""A signature's inputs are read the same by whoever reads them, and nothing in one is an error."""

from __future__ import annotations

import pytest

from watchroom.domain.signature import named_inputs


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[{"name": "a", "type": "double"}, {"name": "b"}]', ("a", "b")),
        ('[{"name": 3}]', ("3",)),
        ('[{"type": "tensor"}, "a", null, {"name": ""}]', ()),
        ('[{"name": "\\ud83d"}, {"name": "a"}]', ("a",)),
        ('{"name": "a"}', ()),
        ("[" * 100_000, ()),
        ("not JSON", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_the_inputs_that_a_signature_names_are_read_and_what_is_none_is_left_out(
    text: str | None, names: tuple[str, ...]
):
    assert named_inputs(text) == names
