"""The Versions page tells what was live when, what it cannot know, how two versions differ, and what to go back to."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import versions_sample as sample
from tests.ui.reading import Reader, links, said
from watchroom.ui import versions_timeline
from watchroom.ui.text import as_utc


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("versions") / "store"
    publish_rows(folder, sample.rows())
    return folder


@pytest.fixture
def reader(published: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(published, monkeypatch)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """One with a store of its own, still empty."""
    return Reader(tmp_path / "store", monkeypatch)


def at(days: float) -> str:
    """A moment so many days ago in the address, in the zone of the sample's workspace."""
    return as_utc(sample.ago(days)).astimezone(ZoneInfo("Europe/Vienna")).strftime("%Y-%m-%dT%H:%M")


def test_without_a_model_every_champion_stands_at_a_glance(reader: Reader):
    table = reader.open("versions").main.dataframe[0].value.set_index("Model")
    assert table.loc["Moved", "Champion"] == 4
    assert table.loc["Moved", "Champion changes"] == 2
    assert table.loc["Moved", "Champion decides"] == "yes"
    assert table.loc["Quiet", "Decided lately"] == "v2"
    assert table.loc["Moved", "In service since"] == sample.ago(10).date()
    assert table.loc["Moved", "By"] == "the registry"


def test_the_time_line_names_the_champion_and_where_log_and_registry_differ(reader: Reader):
    text = said(reader.open("versions", model="moved"))
    assert "Version 4 is champion" in text
    assert "Before it: versions 3 and 2." in text
    assert "version 3 decided beside the champion, version 2" in text
    assert "version 3 decided (10 decisions) while the registry said version 4" in text
    assert "who moved an alias (MLflow does not keep it)" in text


def test_a_version_that_is_gone_keeps_its_place_in_the_time_line(reader: Reader):
    app = reader.open("versions", model="moved")
    told = [row for row in app.main.dataframe[0].value.to_dict("records") if row["Version"] == 3]
    assert {row["What"] for row in told} == {"champion", "challenger", "decided"}


def test_versions_without_a_lane_are_counted_with_those_that_are_gone(reader: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(versions_timeline, "LANES", 3)
    assert "First 3 of 4 versions" in said(reader.open("versions", model="moved"))


def test_without_a_registry_the_log_alone_tells_and_that_is_said(reader: Reader):
    text = said(reader.open("versions", model="quiet"))
    assert "No version is champion." in text
    assert "by the log), then version 2" in text


@pytest.mark.parametrize(
    ("days", "sentences"),
    [
        (
            70,
            [
                "Version 2 was in service on",
                "by the log; the registry was not watched before",
                "By the log version 2 alone decided",
                "version 2 is taken",
            ],
        ),
        (45, ["Version 2 was champion. This is known", "version 2 (10) and version 3 (10) decided"]),
        (30.5, ["Version 2 was champion, or version 3 was champion already: the change lies between"]),
        (20, ["Version 3 was champion. This is known", "Version 3 is no longer in the registry"]),
    ],
)
def test_any_moment_says_who_was_champion_and_how_well_that_is_known(reader: Reader, days: float, sentences: list[str]):
    text = said(reader.open("versions", model="moved", view="Then and now", at=at(days)))
    for sentence in sentences:
        assert sentence in text
    assert "Now version 4 is in service" in text


def test_what_changed_since_lists_the_changes_and_the_way_to_all_that_differs(reader: Reader):
    app = reader.open("versions", model="moved", view="Then and now", at=at(45))
    text = said(app)
    assert "champion of moved moved from version 3 to 4" in text
    assert "Version 4 against version 2: callers have to change what they send: c." in text
    assert any("before=2&now=4" in query for _, _, query in links(app))


def test_what_the_log_alone_tells_of_changes_is_listed_and_marked(reader: Reader):
    text = said(reader.open("versions", model="quiet", view="Then and now", at=at(30)))
    assert "by the log; no refresh has seen the model in the registry." in text
    assert "Version 2 took over from version 1 on" in text
    earlier = said(reader.open("versions", model="moved", view="Then and now", at=at(90)))
    assert "Version 2 took over from version 1 on" in earlier
    assert "only what the log tells is known" in earlier


def test_two_versions_stand_in_the_order_of_their_numbers_and_one_that_was_gone_back_from_is_told_first(own: Reader):
    rows = sample.rows()
    decided = [(1, range(20, 30)), (2, range(10, 20)), (1, range(1, 10))]
    volume = [{"model": "quiet", "version": version, "day": sample.day(n), "decisions": 10, "labelled": 0}
              for version, spread in decided for n in spread]  # fmt: skip
    publish_rows(own.store, {**rows, "volume": volume})
    app = own.open("versions", model="quiet", view="Two versions")
    text = said(app)
    assert "Version 2 against version 1" in text
    assert "Version 2 was gone back from: version 1 took over again, by the log." in text
    assert [one.label for one in app.main.selectbox] == ["One version", "Another"]
    assert "How they do in service" in [one.value for one in app.main.header]
    back = own.open("versions", model="quiet", view="Go back")
    assert not back.main.code, "neither the version in service nor the one that was gone back from is made champion"


def test_two_versions_say_first_whether_it_matters(reader: Reader):
    app = reader.open("versions", model="moved", view="Two versions", before="2", now="4")
    text = said(app)
    assert "Version 4 against version 2: callers have to change what they send: c." in text
    assert "By its run it is better (valid_rmse 3 against 4)" in text
    assert "Inputs added: c (double)" in text
    assert "Inputs removed: b (double)" in text
    assert "Packages changed: scikit-learn 1.2.0 ↑ 1.4.0" in text
    assert "Data for training: other data, by digest (train d0 → train d1)" in text
    assert "Code: 22222222 → 44444444, with uncommitted changes" in text
    buttons = {button.proto.label: button.proto.url for button in app.main.get("link_button")}
    assert buttons["Commit 22222222"] == f"https://git.example.com/c/{'2' * 40}"
    assert buttons["What changed between them"] == f"https://git.example.com/{'2' * 40}...{'4' * 40}"
    params = next(table.value for table in app.main.dataframe if "Parameter" in table.value)
    assert params.to_dict("records") == [{"Parameter": "depth", "Version 2": "2", "Version 4": "4"}]


def test_the_same_data_and_an_unknown_run_are_not_called_a_difference(reader: Reader):
    same = said(reader.open("versions", model="moved", view="Two versions", before="1", now="2"))
    assert "Data for training: the same, by digest" in same
    assert "callers notice nothing, the signature is the same." in same
    unknown = said(reader.open("versions", model="quiet", view="Two versions", before="1", now="2"))
    assert "Code: unknown → unknown" in unknown
    assert "Packages: unknown" in unknown


def test_versions_that_are_not_there_are_said_and_the_usual_ones_are_shown(reader: Reader):
    text = said(reader.open("versions", model="moved", view="Two versions", before="77", now="x"))
    assert "There is no version 77." in text
    assert "Version 4 against version 2" in text


def test_going_back_names_the_last_known_good_with_reasons_and_the_command(reader: Reader):
    app = reader.open("versions", model="moved", view="Go back")
    text = said(app)
    assert "Version 2 is the last known good: it could be gone back to instead of version 4." in text
    assert "It is no longer in the registry" in text
    assert "Performance was failing on 3 of 30 judged days while it served" in text
    code = "\n".join(block.value for block in app.main.code)
    assert "set_registered_model_alias('moved', 'champion', 2)" in code
    assert "curl --fail -X POST http://mlflow:5000/api/2.0/mlflow/registered-models/alias" in code
    assert "Callers of today lack what it asks for: **b**." in text
    assert "It does not use **c**, which callers send today." in text
    assert "Watchroom does not move the alias itself" in text


def test_going_back_leads_with_what_is_wrong_and_whether_going_back_would_mend_it(own: Reader):
    rows = sample.rows()
    of = {"model": "moved", "version": 4}
    week = {**of, "grain": "last_7_days", "period_start": sample.day(7), "period_end": sample.day(1)}
    models = [{**one, "affects": ["Shops"]} if one["model"] == "moved" else one for one in rows["models"]]
    light = {**of, "light": "failing", "quality": "failing", "reason": "missing values: a", "n": 70}
    shares = {"n": 70, "missing": 60, "share": 0.8, "reference_share": 0.0}
    publish_rows(own.store, {
        **rows, "models": models,
        "health": [{**light, "period_start": sample.day(7), "period_end": sample.day(1)}],
        "quality": [{**week, **shares, "feature": name, "status": "failing"} for name in ("a", "c")],
    })  # fmt: skip
    app = own.open("versions", model="moved", view="Go back")
    text = said(app)
    assert [one.value for one in app.main.header][:2] == ["What is wrong now", "Which version to go back to"]
    assert text.index("Version 4 is failing") < text.index("Version 2 is the last known good")
    assert "Version 2 takes and requires a, which is in trouble now: going back may not mend that." in text
    assert "It does not take c." in text
    assert "Last measured in service, RMSE: 6 (" in text
    assert "By their runs, valid_rmse: 4 against 3 for version 4." in text
    assert "In money: not known, for the two have not scored the same decisions" in text
    assert "Approved by reviewer: nobody has to sign it off again." in text
    assert "Affected: Shops." in text


def test_what_is_not_known_of_a_version_does_not_speak_against_it_and_is_said(reader: Reader):
    text = said(reader.open("versions", model="quiet", view="Go back"))
    assert "Version 1 is the last known good, as far as is known" in text
    assert "Its health was never judged while it served" in text


def test_with_nothing_before_there_is_nothing_to_go_back_to(own: Reader):
    rows = sample.rows()
    publish_rows(own.store, {**rows, "volume": [row for row in rows["volume"] if row["version"] == 2]})
    assert "There is no earlier version to go back to" in said(own.open("versions", model="quiet", view="Go back"))


def test_a_model_without_versions_says_what_to_do(reader: Reader):
    assert "No version is registered yet." in said(reader.open("versions", model="bare", view="Go back"))


def test_a_model_that_is_not_there_is_answered(reader: Reader):
    assert "There is no model named “movd”" in said(reader.open("versions", model="movd"))


def test_a_room_without_models_is_answered(own: Reader):
    publish_rows(own.store)
    assert "There are no models yet." in said(own.open("versions"))


def test_text_from_the_registry_stays_text(reader: Reader):
    app = reader.open("versions", model="moved", view="Two versions", before="1", now="4")
    card = next(table.value for table in app.main.dataframe if "What" in table.value and "Version 4" in table.value)
    tags = card.set_index("What").loc["Tags", "Version 4"]
    assert sample.HOSTILE[:20] in tags
    assert "[l](https://evil" not in said(app)
