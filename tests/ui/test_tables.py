"""What is taken home opens in a spreadsheet and runs nothing there."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from watchroom.ui.tables import csv, short


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+2", "@SUM(A1)", "\tx"])
def test_a_text_that_begins_like_a_formula_gets_a_quote(text: str):
    back = pd.read_csv(io.BytesIO(csv(pd.DataFrame({"a": [text]}))))
    assert back.loc[0, "a"] == "'" + text


def test_a_heading_that_begins_like_a_formula_gets_a_quote():
    assert list(pd.read_csv(io.BytesIO(csv(pd.DataFrame({'=HYPERLINK("x")': [1], "n": [2]}))))) == [
        '\'=HYPERLINK("x")',
        "n",
    ]


def test_everything_else_comes_back_as_it_was():
    names = ["a,b", 'say "hi"', "模型🚲", "-0.5"]
    frame = pd.DataFrame({"name": names, "value": [-1.5, 2.0, 3.0, 4.0], "n": [1, 2, 3, 4]})
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(csv(frame)), encoding="utf-8-sig"), frame)


def test_the_frame_itself_stays_as_it_was():
    frame = pd.DataFrame({"a": ["=1"]})
    csv(frame)
    assert frame.loc[0, "a"] == "=1"


def test_a_cell_is_one_line_and_nothing_stays_nothing():
    assert short("a\nb") == "a b"
    assert short(None) is None
    assert short(float("nan")) is None
