"""Models answers what models there are, whose they are and how they are, and leads to the page of one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import sample
from tests.ui.reading import Reader, full, said
from watchroom.ui.text import day


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def names(app) -> list[str]:
    return list(app.main.dataframe[0].value["Model"])


def test_what_is_most_urgent_and_most_risky_comes_first(reader: Reader):
    full(reader.store)
    found = names(reader.open("models"))
    assert found[0] == "Claims severity"
    assert found[-1] == "Card fraud"
    assert len(found) == 7


def test_a_row_says_what_is_live_whose_it_is_and_what_is_unknown(reader: Reader):
    full(reader.store)
    table = reader.open("models").main.dataframe[0].value.set_index("Model")
    fraud = table.loc["Card fraud"]
    since = day(sample.NOW - timedelta(8), ZoneInfo("Europe/London"), now=sample.NOW)
    assert (fraud["Champion"], fraud["Champion since"], fraud["Approval"]) == ("version 3", since, "valid")
    assert (fraud["Tier"], fraud["Business"], fraud["Challenger"]) == ("high", "ada@x", "version 4")
    churn = table.loc["Customer churn"]
    assert (churn["Champion"], churn["Data science"]) == ("none", "nobody")
    assert table.loc[sample.LONG[:79] + "…", "Tier"] == "unknown"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"find": "before the payment"}, ["Card fraud"]),
        ({"find": "PAYMENT fraud"}, ["Card fraud"]),
        ({"tier": "critical"}, ["Claims severity"]),
        ({"task": "regression"}, ["Claims severity", "Bike demand"]),
        ({"owner": "di@x"}, ["Claims severity", "Card fraud"]),
    ],
)
def test_the_address_holds_the_choice(reader: Reader, address: dict[str, str], expected: list[str]):
    full(reader.store)
    assert names(reader.open("models", **address)) == expected


def test_only_those_that_need_attention(reader: Reader):
    full(reader.store)
    app = reader.open("models")
    app.toggle(key="attention").set_value(True).run()
    assert "Card fraud" not in names(app)
    assert "6 of 7 models" in said(app)


def test_a_choice_that_nothing_fits_says_so(reader: Reader):
    full(reader.store)
    assert "No model fits this choice." in said(reader.open("models", find="nothing like this"))


def test_an_empty_room_says_what_fills_it(reader: Reader):
    publish_rows(reader.store)
    assert "There are no models yet." in said(reader.open("models"))


def test_a_row_leads_to_the_page_of_that_model(reader: Reader):
    full(reader.store)
    app = reader.open("models", find="fraud")
    app.session_state["models_table"] = {"selection": {"rows": [], "columns": [], "cells": [(0, "Model")]}}
    app.run()
    assert app.title[0].value == "Card fraud"
