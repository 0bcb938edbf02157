"""Features says which feature feeds which model, how it is, and what breaks with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import sample_alerts
from tests.ui.reading import Reader, figures, full, links, said
from tests.ui.sample import HOSTILE, NOW
from watchroom.ui.text import one_line


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    publish_rows(tmp_path / "store", sample_alerts.rows())
    return Reader(tmp_path / "store", monkeypatch)


def published(reader: Reader, **changed: list[dict[str, Any]]) -> Reader:
    publish_rows(reader.store, sample_alerts.rows() | changed)
    return reader


def test_a_feature_stands_once_with_all_its_models(reader: Reader):
    app = reader.open("features")
    frame = app.main.dataframe[0].value
    assert list(frame["Feature"]) == ["amount", "country", "temp"]
    assert list(frame["Models"]) == ["Card fraud v3", "Bike demand v2 and Card fraud v3", "Bike demand v2"]
    assert [list(light) for light in frame["Light"]] == [["drifted"], ["watch"], ["watch"]]
    assert list(frame["Drift"]) == ["Wasserstein 0.40 of 0.15", "PSI 0.04 of 0.1", "PSI 0.19 of 0.1"]
    assert list(frame["Weight"]) == ["unknown"] * 3
    assert figures(app)["Shared"] == ("1", "feed several models")
    assert figures(app)["In trouble"] == ("3", "1 drifted or failing")


def test_the_weight_is_that_of_the_newest_month_and_the_greatest_over_the_models(reader: Reader):
    def weight(model: str, version: int, feature: str, share: float, grain: str = "month") -> dict[str, Any]:
        start = NOW.date().replace(day=1) if grain == "month" else None
        return {"model": model, "version": version, "grain": grain, "period_start": start, "feature": feature,
                "share": share}  # fmt: skip

    found = [
        weight("card-fraud", 3, "amount", 0.8), weight("card-fraud", 3, "country", 0.2),
        weight("card-fraud", 3, "amount", 0.1, "reference"), weight("bike-demand", 2, "country", 0.31, "reference"),
        weight("bike-demand", 1, "temp", 0.9),
    ]  # fmt: skip
    app = published(reader, shap_global=found).open("features")
    frame = app.main.dataframe[0].value
    assert dict(zip(frame["Feature"], frame["Weight"], strict=True)) == {
        "amount": "80 %", "country": "31 %", "temp": "0 %",
    }  # fmt: skip
    assert "0 % is no input, unknown is not explained yet" in said(app)
    assert "weight 80.0 %" in said(reader.open("features", feature="amount"))


def test_missing_and_unseen_are_shares_of_the_last_seven_days(reader: Reader):
    frame = reader.open("features").main.dataframe[0].value.set_index("Feature")
    assert frame.loc["country", "Missing"] == pytest.approx(0.05)
    assert frame.loc["country", "Unseen"] == pytest.approx(0.011)


def test_what_is_beyond_a_limit_comes_first_and_then_the_names_in_order(reader: Reader):
    plain = [row for row in sample_alerts.rows()["drift"] if row["feature"] != "country"]
    names = list(published(reader, drift=plain, quality=[]).open("features").main.dataframe[0].value["Feature"])
    assert names == ["amount", "temp", "country"]


def test_one_name_of_two_kinds_is_a_contradiction(reader: Reader):
    app = reader.open("features", feature="country")
    assert figures(app)["Contradictions"][0] == "1"
    assert "Bike demand takes it for a number, Card fraud for a category: two things may share this name." in said(app)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ({"seek": "bike"}, ["country", "temp"]),
        ({"seek": "cy@x"}, ["amount", "country"]),
        ({"light": "drifted"}, ["amount"]),
        ({"kind": "category"}, ["country"]),
        ({"shared": "true"}, ["country"]),
        ({"odd": "true"}, ["country"]),
        ({"model": "card-fraud"}, ["amount", "country"]),
    ],
)
def test_the_filters_of_the_address_narrow_the_catalogue(reader: Reader, address: dict[str, str], names: list[str]):
    assert list(reader.open("features", **address).main.dataframe[0].value["Feature"]) == names


def test_what_breaks_with_a_feature_is_said_with_whom_to_call(reader: Reader):
    text = said(reader.open("features", feature="amount"))
    assert "amount feeds 1 model, 2 processes, 1,160 decisions a day; call cy@x." in text
    # A tenth of the outcomes are fraud: 0.1 × 110 + 0.9 × 40 a decision, 1,160 of them a day.
    assert "At stake if every decision went wrong: €54,520 a day." in text
    assert "relied on by Fraud desk and Card holders" in text


def test_a_model_without_people_or_a_log_leaves_the_unknown_unknown(reader: Reader):
    text = said(published(reader, health=[], volume=[], owners=[]).open("features", feature="temp"))
    assert (
        "temp feeds 1 model, 2 processes, an unknown number of decisions a day; nobody is there to be called." in text
    )
    assert "What is at stake in money is unknown." in text


def test_the_models_that_a_feature_feeds_are_one_click_away(reader: Reader):
    found = links(reader.open("features", feature="country"))
    assert [query for label, page, query in found if page == "model" and label == "Its page"] == [
        "model=card-fraud", "model=bike-demand",
    ]  # fmt: skip


def test_a_feature_is_chosen_from_the_box(reader: Reader):
    app = reader.open("features")
    app.selectbox(key="feature").select("temp").run()
    assert "If temp breaks" in [head.value for head in app.header]


def test_a_feature_that_nobody_uses_says_so(reader: Reader):
    assert "No model uses a feature named “amuont”." in said(reader.open("features", feature="amuont"))


def test_without_profiles_the_features_of_the_file_are_listed_else_of_the_signature(reader: Reader):
    signature = json.dumps([{"name": "hour", "type": "long"}, {"name": HOSTILE, "type": "string"}, {"type": "double"}])
    versions = [
        {"name": "card-fraud", "version": 3, "signature_inputs": signature},
        {"name": "bike-demand", "version": 2, "signature_inputs": signature},
        {"name": "claims-severity", "version": 1, "signature_inputs": "not json"},
    ]
    bare = published(reader, profile_features=[], drift=[], quality=[], model_versions=versions)
    frame = bare.open("features").main.dataframe[0].value
    assert dict(zip(frame["Feature"], frame["Models"], strict=True)) == {
        one_line(HOSTILE, 80): "Bike demand v2",
        "amount": "Card fraud v3",
        "country": "Card fraud v3",
        "hour": "Bike demand v2",
    }
    assert [list(kind) for kind in frame.set_index("Feature").loc[["hour", "amount"], "Kind"]] == [
        ["number"],
        ["unknown"],
    ]


def test_without_any_feature_it_says_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    full(tmp_path / "store", model_versions=[])
    text = said(Reader(tmp_path / "store", monkeypatch).open("features"))
    assert "No feature is known yet." in text
