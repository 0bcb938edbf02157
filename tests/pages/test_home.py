"""Home answers what changed, what waits for the role in use, and what needs attention."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import sample
from tests.ui.reading import Reader, figures, full, links, said
from watchroom.ui import rows


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def test_the_first_lines_name_the_page_and_its_question(reader: Reader):
    full(reader.store)
    app = reader.open("home")
    assert app.title[0].value == "Home"
    assert app.main.markdown[0].value == "What changed since I last looked, what waits for me, what needs attention?"
    assert "Looked at: health, targets, money, owners, approvals, files, registry, the refresh." in said(app)


@pytest.mark.parametrize(
    "sentence",
    [
        "Nobody owns it",
        "Not in the registry yet",
        "Nobody for business, operations and on call",
        "Champion version 2 has no approval",
        "No champion",
        "Approval of version 1 does not hold: The metric rmse of its run was 1200 when it was signed and is 1500 now.",
        "No file in the workspace: purpose, owners and risk are unknown",
        "Read with a gap: Its MLmodel file cannot be read.",
        "1 run says RUNNING for more than 2 days: search-40 in card-fraud, since ",
        "The refresh could not read 15 things.",
    ],
)
def test_what_needs_attention_is_said_in_a_sentence(reader: Reader, sentence: str):
    full(reader.store)
    assert sentence in said(reader.open("home"))


def test_a_model_in_order_is_not_in_the_list(reader: Reader):
    full(reader.store)
    named = [label for label, page, _ in links(reader.open("home")) if page == "model"]
    assert any("**Claims severity**" in label for label in named)
    assert not any("**Card fraud**" in label for label in named)


def test_a_link_beside_a_model_opens_its_page(reader: Reader):
    full(reader.store)
    label = ":blue[**Claims severity**] :red-badge[Tier: critical]"
    assert (label, "model", "model=claims-severity") in links(reader.open("home"))


@pytest.mark.parametrize(
    ("role", "waiting"), [("Business", "3 wait for business"), ("Reviewer", "3 wait for reviewer")]
)
def test_what_waits_is_counted_for_the_role_in_use(reader: Reader, role: str, waiting: str):
    full(reader.store)
    assert figures(reader.open("home", role=role))["Need attention"] == ("6", waiting)


def test_a_data_scientist_sees_the_runs_first(reader: Reader):
    full(reader.store)
    heads = {
        role: [head.value for head in reader.open("home", role=role).header] for role in ("Data science", "Operations")
    }
    parts = {
        role: [head for head in found if head in ("Runs started", "Needs attention")] for role, found in heads.items()
    }
    assert parts == {
        "Data science": ["Runs started", "Needs attention"],
        "Operations": ["Needs attention", "Runs started"],
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "champion of card-fraud moved from version 2 to 3",
        "challenger of card-fraud is now version 4",
        "card-fraud has a new version 4",
        "churn has no champion any more; it was version 1",
    ],
)
def test_changes_of_the_registry_are_sentences_with_when_they_were_seen(reader: Reader, sentence: str):
    full(reader.store)
    text = said(reader.open("home"))
    assert sentence in text
    assert "8 days ago" in text


def test_the_period_narrows_changes_and_runs(reader: Reader):
    full(reader.store)
    month, week = (figures(reader.open("home", period=period)) for period in ("Last 30 days", "Last 7 days"))
    assert month["Registry changes"] == ("5", "Last 30 days")
    assert week["Registry changes"] == ("2", "Last 7 days")
    assert int(week["Runs started"][0]) < int(month["Runs started"][0])


def test_the_scope_narrows_home_to_one_model(reader: Reader):
    full(reader.store)
    app = reader.open("home", model="churn")
    assert figures(app)["Models"] == ("1", "0 with a champion")
    assert "card-fraud" not in said(app).replace("Last 30 days", "")


def test_a_scope_that_names_no_model_says_so_and_offers_the_nearest(reader: Reader):
    full(reader.store)
    app = reader.open("home", model="crad-fraud")
    text = said(app)
    assert "There is no model named “crad-fraud” in this snapshot." in text
    assert "The nearest name is “card-fraud”." in text
    app.main.button[0].click().run()
    assert app.title[0].value == "Card fraud"


def test_what_the_first_refresh_found_is_not_a_change(reader: Reader):
    found = [
        sample.at_first_sight("card-fraud", "model_added"),
        sample.at_first_sight("card-fraud", "version_added", version=1),
        sample.at_first_sight("card-fraud", "version_added", version=2),
    ]
    full(reader.store, registry_events=found)
    app = reader.open("home")
    assert figures(app)["Registry changes"] == ("0", "Last 30 days")
    assert "The first refresh found 1 model, 2 versions and 0 aliases; changes are known from then on." in said(app)


def test_tags_that_were_seen_together_are_one_sentence(reader: Reader):
    seen = {"seen_at": sample.NOW, "not_before": sample.NOW - timedelta(1), "model": "churn", "version": 1}
    tags = [{**seen, "seq": n, "event": "tag_set", "name": f"tag{n}", "value": "x"} for n in range(1, 6)]
    full(reader.store, registry_events=[*tags, {**seen, "seq": 9, "event": "version_added"}])
    text = said(reader.open("home"))
    assert "5 tags of version 1 of churn changed: tag5, tag4, tag3 and 2 more" in text
    assert text.index("churn has a new version 1") < text.index("5 tags of version 1")


def test_the_chart_has_a_sentence_for_who_cannot_see_it(reader: Reader):
    full(reader.store)
    (chart,) = reader.open("home").main.get("plotly_chart")
    assert chart.proto.alt.startswith("Runs started per day from")
    assert "failed" in chart.proto.alt


def test_an_empty_room_says_what_fills_it(reader: Reader):
    publish_rows(reader.store)
    text = said(reader.open("home"))
    assert "Nothing needs attention." in text
    assert "There are no models yet." in text
    assert "No change was seen in this period." in text
    assert "No run started in this period." in text
    assert "watchroom refresh" in text


def test_a_failed_refresh_comes_before_everything_else(reader: Reader):
    full(reader.store)
    note = {"at": datetime.now(UTC).isoformat(), "what": "MLflow did not answer.", "why": "", "next_step": ""}
    (reader.store / "last_failure.json").write_text(json.dumps(note))
    assert "The last refresh failed; what you see is the snapshot before it." in said(reader.open("home"))


def test_a_long_list_is_folded_and_says_how_much_is_folded(reader: Reader):
    models = [{"model": f"m{n:02}", "title": f"m{n:02}", "registered": True} for n in range(30)]
    full(reader.store, models=models)
    app = reader.open("home", role="Data science")
    assert [expander.label for expander in app.main.get("expander")] == ["24 more"]


def test_the_tag_of_somebody_stays_text(reader: Reader):
    full(reader.store)
    raw = "\n".join(element.value for element in reader.open("home").main.markdown)
    assert r"\<img src\=x onerror\=alert\(1\)\> \*\*bold\*\*" in raw
    assert "https:\u2060" in raw.replace("\\", "")


@pytest.mark.parametrize("zone", ["Etc/GMT-1", "UTC", "Etc/GMT+5", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_runs_of_the_day_of_the_snapshot_count_wherever_the_workspace_is(reader: Reader, zone: str):
    day = {"day": datetime.now(UTC).date(), "experiment_id": "1", "status": "FINISHED", "runs": 3}
    full(reader.store, run_days=[day], workspace=[{"key": "time_zone", "value": zone}])
    assert figures(reader.open("home"))["Runs started"] == ("3", "Last 30 days")


def test_runs_of_long_ago_are_drawn_by_weeks(reader: Reader):
    day = (sample.NOW - timedelta(400)).date()
    days = [{"day": day, "experiment_id": "1", "status": "FINISHED", "runs": 3}]
    full(reader.store, run_days=days)
    (chart,) = reader.open("home", period="All time").main.get("plotly_chart")
    assert chart.proto.alt.startswith("Runs started per week")


def test_how_long_ago_counts_from_now_and_not_from_the_snapshot(reader: Reader, monkeypatch: pytest.MonkeyPatch):
    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(2)

    full(reader.store)
    monkeypatch.setattr(rows, "datetime", Later)
    text = said(reader.open("home"))
    assert "10 days ago" in text
    assert "8 days ago" not in text


@pytest.mark.parametrize(("model", "hangs"), [("card-fraud", True), ("churn", False), ("bike-demand", True)])
def test_a_model_is_told_of_the_runs_that_hang_in_its_experiments(reader: Reader, model: str, hangs: bool):
    full(reader.store)
    assert ("RUNNING" in said(reader.open("home", model=model))) is hangs


def test_a_model_is_not_told_of_the_troubles_of_others(reader: Reader):
    full(reader.store)
    text = said(reader.open("home", model="churn"))
    assert "RUNNING" not in text
    assert "could not read" not in text


def test_what_could_not_be_read_of_a_model_is_said_of_it(reader: Reader):
    problem = {"kind": "model_version", "severity": "error", "place": "x", "what": "Gone.", "why": "", "next_step": ""}
    mine, other = {**problem, "model": "churn", "count": 2}, {**problem, "place": "y", "model": "ghost", "count": 5}
    full(reader.store, problems=[mine, other])
    assert "The refresh could not read 2 things of churn." in said(reader.open("home", model="churn"))
    assert "The refresh could not read 7 things." in said(reader.open("home"))


def test_the_link_to_runs_that_hang_leads_to_all_of_them(reader: Reader):
    full(reader.store)
    ((_, _, query),) = [one for one in links(reader.open("home", model="card-fraud")) if one[0] == "See Runs"]
    assert parse_qs(query)["model"] == ["All models"]
