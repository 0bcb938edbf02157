"""The Value page answers a business owner: is it on target, what did it earn, what should we do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui import kpi_sample as sample
from tests.ui.reading import Reader, said
from tests.ui.sample import HOSTILE
from watchroom.domain.kpi_register import Terms, digest_of, terms_of, text_of
from watchroom.ledger import Ledger
from watchroom.ledger.agreements import agree
from watchroom.ledger.people import Person

SOFIA = Person("sofia@example.com", ("business",))
STOPPED = terms_of(sample.STOPPED)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("value") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    return folder


@pytest.fixture
def ledger(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with nothing in it, each time."""
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(published))
    file = published / "ledger.db"
    file.unlink(missing_ok=True)
    with Ledger.open(f"sqlite:///{file}", create=True) as found:
        yield found


@pytest.fixture
def reader(published: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Reader:
    import streamlit as st

    st.cache_resource.clear()  # the page keeps a ledger open; each test has another file
    return Reader(published / "store", monkeypatch)


def month() -> str:
    return f"{sample.MONTH:%B %Y}"


def test_without_a_model_a_sentence_answers_for_all_and_names_those_beyond_a_limit(reader: Reader):
    app = reader.open("value")
    assert "1 of 8 models meets all targets; Fraud is beyond a limit; of 4 it is not known." in said(app)
    assert f"What they earned in {month()} is not known." in said(app)


def test_the_table_has_the_worst_model_first_with_its_targets_in_words(reader: Reader):
    table = reader.open("value").main.dataframe[0].value
    assert table["Model"].iloc[0] == "Fraud"
    assert table["KPIs"].iloc[0] == "1 beyond limit, 1 on target"
    assert table["Owner"].iloc[0] == "sofia@example.com"
    assert table["Model"].iloc[-1] == "Churn"
    assert len(table) == len(sample.rows()["models"])


def test_one_model_answers_first_with_the_last_month_that_is_over(reader: Reader):
    text = said(reader.open("value", model="fraud"))
    answer = (
        f"No, it meets 1 of its 2 targets. Good customers stopped: 2.6 % of payments in {month()}, beyond the limit of "
        "2 % (target 1 %)."
    )
    assert answer in text
    assert "What it earned is not known: its file does not say what its decisions are worth." in text
    assert "What to do next is not known" in text


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        ("churn", "Yes, it meets its target. Found: 71 % of fraud in {month}, better than the target of 60 %."),
        ("demand", "Not quite, it misses its target. Missed: €1.25 in {month}, above the target of €1.00, within the"),
        ("young", "is not known. Fraud caught: unknown in {month}, none of its 800 decisions has an outcome yet."),
        ("bare", "Nobody has said what it should achieve: its file names no KPI."),
    ],
)
def test_a_model_on_off_or_without_targets_says_so_in_words(reader: Reader, model: str, answer: str):
    assert answer.format(month=month()) in said(reader.open("value", model=model))


def test_every_kpi_says_on_how_many_outcomes_it_rests(reader: Reader):
    text = said(reader.open("value", model="fraud"))
    assert f"Fraud caught: 63 % of fraud in {month()}, better than the target of 60 %." in text.replace("**", "")
    assert "9,025 of 14,591 decisions have an outcome" in text


def test_the_chart_shows_the_worst_kpi_against_its_target_and_marks_what_is_not_over(reader: Reader):
    app = reader.open("value", model="fraud")
    chart = app.main.get("plotly_chart")[0].proto
    assert "Good customers stopped in % of payments" in chart.alt
    assert "Target 1. Limit 2." in chart.alt
    assert "not over yet" in chart.spec
    assert "version 2" in chart.spec
    assert "lower is better" in said(app)


def test_another_kpi_grain_and_the_versions_are_chosen_in_the_address(reader: Reader):
    app = reader.open("value", model="fraud", kpi="Good customers stopped", by="Day", versions="true")
    assert "20 days up to" in said(app)
    app = reader.open("value", model="fraud", kpi="Fraud caught")
    assert "Fraud caught in % of fraud" in app.main.get("plotly_chart")[0].proto.alt
    app = reader.open("value", model="fraud", versions="true")
    assert "version 2 0.5, version 1 3" in app.main.get("plotly_chart")[1].proto.alt


def test_a_formula_that_fails_is_named_with_its_error_and_its_next_step(reader: Reader):
    text = said(reader.open("value", model="broken"))
    assert "unknown. There is no column `amout`." in text
    assert "Did you mean `amount`?" in text
    assert "There is nothing to draw" in text


def test_what_a_kpi_lacks_is_named_with_what_to_write_and_where(reader: Reader):
    text = said(reader.open("value", model="broken"))
    assert "unknown, its file gives no formula." in text
    assert "Its file leaves out `sql`, its formula; `unit`" in text
    assert "Write it under kpis in models/broken.yaml." in text


def test_a_model_without_kpis_shows_the_lines_to_copy(reader: Reader):
    assert any(block.value.startswith("kpis:") for block in reader.open("value", model="bare").code)
    without_file = reader.open("value", model="nofile").code[0].value
    assert without_file.startswith("model: nofile\nkpis:")


def test_names_from_outside_are_text(reader: Reader):
    app = reader.open("value", model="hostile")
    marks = [element.value for element in app.main.markdown if "onerror" in element.value]
    assert marks
    assert all("<img" not in one.replace("\\<img", "") for one in marks)
    assert HOSTILE.strip()[:20] in said(app)


def test_every_role_is_asked_and_what_each_said_stands_there(reader: Reader, ledger: Ledger):
    assert "nobody has agreed yet" in said(reader.open("value", model="fraud"))
    shown = ("fraud", "Good customers stopped", digest_of(STOPPED), text_of(STOPPED))
    agree(ledger, *shown, SOFIA, "business", agrees=True)
    reason = "Two weeks are too short."
    agree(ledger, *shown, Person("ines@x", ("reviewer",)), "reviewer", agrees=False, reason=reason)
    text = said(reader.open("value", model="fraud"))
    assert "agreed by business; objected to by reviewer; not yet by data science and operations" in text
    assert f"“{reason}”" in text


def test_what_changed_since_a_role_agreed_stands_there_before_and_after(reader: Reader, ledger: Ledger):
    before = Terms(STOPPED.sql, STOPPED.unit, 3, STOPPED.limit, STOPPED.better)
    agree(
        ledger, "fraud", "Good customers stopped", digest_of(before), text_of(before), SOFIA, "business", agrees=True
    )  # fmt: skip
    text = said(reader.open("value", model="fraud"))
    assert "agreed to something else that has since changed" in text
    assert "Changed since:] target 3 → 1" in text
    assert "business agreed to target 3, changed since" in text
    assert "agreed by" not in text


def test_an_admin_is_not_asked(reader: Reader):
    app = reader.open("value", model="fraud", role="Admin")
    assert "Your role is not asked." in said(app)
    assert all(button.label != "Agree or object" for button in app.button)


def test_without_a_ledger_the_targets_are_shown_all_the_same(reader: Reader, ledger: Ledger, published: Path):
    ledger.close()
    (published / "ledger.db").unlink()
    text = said(reader.open("value", model="fraud"))
    assert "The ledger cannot be read now" in text
    assert "beyond the limit of 2 %" in text


def test_a_model_that_nobody_knows_is_said_with_the_nearest_name(reader: Reader):
    assert "The nearest name is “fraud”." in said(reader.open("value", model="fruad"))


@pytest.mark.parametrize("view", ["Targets", "Money", "Runway", "Next actions", "Events", "nonsense"])
@pytest.mark.parametrize("model", ["fraud", "bare", "nofile"])
def test_every_view_opens_with_nothing_to_show(reader: Reader, view: str, model: str):
    assert "Value of" in reader.open("value", model=model, view=view).title[0].value
