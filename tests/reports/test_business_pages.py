"""What a model is worth on paper: what it says, that nothing in it runs or is fetched, that it fits on two pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.helpers.reported import BUSY, EMPTY, STRANGE, last_month, rows
from tests.helpers.snapshots import publish_rows
from tests.ui.value_sample import FRAUD, money
from watchroom.cli import cli
from watchroom.domain.delivery import Quarter, months
from watchroom.domain.money_text import money as written
from watchroom.errors import SettingError, StoreError
from watchroom.jobs.report import page_of
from watchroom.reports import model_facts, model_words, portfolio_facts, portfolio_report
from watchroom.reports.one_page import Asked
from watchroom.reports.pdf import TWO_SHEETS
from watchroom.reports.pdf_child import fitted
from watchroom.reports.period import last_whole, period_of
from watchroom.store.queries import portfolio
from watchroom.store.snapshot import Snapshot, SnapshotStore

ASKED = Asked("ada@example.com", datetime(2026, 11, 2, 9, 30, tzinfo=UTC))
MONTH = f"{last_month():%B %Y}"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    (folder / "watchroom.yaml").write_text("currency: EUR\n")
    publish_rows(folder / "store", rows())
    return folder


@pytest.fixture(scope="module")
def snapshot(workspace: Path) -> Iterator[Snapshot]:
    store = SnapshotStore(workspace / "store")
    with store.lease() as found:
        yield found
    store.close()


class Read(HTMLParser):
    """The tags, the addresses and the text of a page, its answers by question."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.lines: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.lines.append(data.strip())

    def after(self, line: str) -> str:
        """What stands after a line."""
        return next(one for one in self.lines[self.lines.index(line) + 1 :] if one)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def read(snapshot: Snapshot, model: str | None, period: str = "month") -> Read:
    return Read(page_of(snapshot, model, period_of(period, snapshot.day), ASKED))


def portfolio_rows(snapshot: Snapshot) -> portfolio_facts.Rows:
    """What the Portfolio page is made of."""
    readers = (portfolio.projects, portfolio.releases, portfolio.reviews, portfolio.money, portfolio.work)
    return portfolio_facts.Rows(
        *(reader(snapshot) for reader in readers), portfolio.seen(snapshot), snapshot.day, snapshot.made_at
    )


class TestOfAModel:
    def test_the_three_answers_come_first(self, snapshot: Snapshot):
        page = read(snapshot, BUSY)
        assert page.after("On target?").startswith(
            "No, it meets 1 of its 4 targets; 1 cannot be told. Fraud caught: 38 %"
        )
        assert page.after("What did it earn?").startswith(f"In {MONTH} it earned €")
        assert page.after("What should we do?") == (
            "Go back to version 1, now. Version 2 has caught 38 % of the fraud, version 1 caught 61 % of the same "
            "payments. It would bring €3,120 a month (€900 to €5,100). It is for sofia@example.com (business) to "
            "decide."
        )

    def test_that_its_weeks_will_not_pay_back_is_said_where_their_trend_is_known(self, snapshot: Snapshot):
        found = model_facts.facts(snapshot, model=BUSY, period=period_of("month", snapshot.day))
        assert found.answer is not None
        assert found.runway is not None
        owing = replace(found.answer, build_cost=1e9, running_net=10.0, paid_back_on=None)
        falling = replace(found.runway, net_per_month=-5.0)
        never = model_words.earned(replace(found, answer=owing, runway=falling, pays_back_on=None))
        assert never.endswith("by the trend of its weeks it will not be paid back within two years.")
        assert "trend" not in model_words.earned(replace(found, answer=owing, runway=None, pays_back_on=None))

    def test_it_says_of_what_when_and_from_which_snapshot(self, snapshot: Snapshot):
        page = read(snapshot, BUSY)
        assert page.after("Period") == MONTH
        assert page.after("Report made") == "2 Nov 2026 09:30 for ada@example.com"
        assert snapshot.id in page.after("Data as of")

    def test_its_money_is_that_of_the_period(self, snapshot: Snapshot):
        own = money(FRAUD)
        own = own[(own["grain"] == "month") & (own["period_start"] < last_month().replace(day=2))]
        now = own[own["period_start"] == last_month()].iloc[0]
        page = read(snapshot, BUSY)
        assert f"earned {written(now['net'], 'EUR')} more than with every case let through" in page.text
        row = page.lines[page.lines.index(f"{last_month():%b %Y}") :]
        cells = [line for line in row if line][1:8]
        assert cells[0] == f"{now['decisions']:,.0f}"
        assert cells[5:] == [written(now["net"], "EUR"), written(own["net"].sum(), "EUR")]

    def test_a_quarter_sums_its_months_and_tells_in_how_many_a_target_was_met(self, snapshot: Snapshot):
        period = period_of("quarter", snapshot.day)
        found = model_facts.facts(snapshot, model=BUSY, period=period)
        own = money(FRAUD)
        months = own[(own["grain"] == "month") & own["period_start"].between(period.first, period.last)]
        assert found.answer is not None
        assert found.answer.net == pytest.approx(months["net"].sum())
        assert found.answer.decisions == months["decisions"].sum()
        assert len(found.targets[0].within) == 3
        assert "of 3 months" in read(snapshot, BUSY, "quarter").text

    def test_everything_else_that_is_known_stands_there(self, snapshot: Snapshot):
        text = read(snapshot, BUSY).text
        for said in (
            "drift of amount: PSI 0.312, limit 0.25", "acknowledged", "in place of version 1",
            "Learned from the spring.",
            "AUC fell from 0.91 to 0.84 in eight weeks.", "1 for, 1 against; to be decided by", "New checkout",
            "kwame@example.com", "building it cost €20,000", "fraud, stopped: +€110", "Failing", "nobody",
        ):  # fmt: skip
            assert said in text, said

    @pytest.mark.parametrize("model", [EMPTY, "no-file"])
    def test_what_is_unknown_is_said_to_be_unknown(self, snapshot: Snapshot, model: str):
        page = read(snapshot, model)
        assert page.after("On target?").startswith("Nobody has said what it should achieve")
        assert page.after("What did it earn?") == "Unknown: its file does not say what a decision is worth."
        assert page.after("What should we do?") == "Nothing is advised: too little is known of it."
        assert "€0" not in page.text

    def test_a_model_that_there_is_not_is_told(self, snapshot: Snapshot):
        with pytest.raises(StoreError, match="no model 'gone'"):
            read(snapshot, "gone")


class TestOfAll:
    def test_the_answers_are_of_all_models(self, snapshot: Snapshot):
        page = read(snapshot, None)
        assert page.after("On target?").startswith("None of 2 models with targets met all of them.")
        assert page.after("What did they earn?").startswith("3 models together earned €")
        assert "Card fraud: go back to version 1 (+€3,120 a month)" in page.after("What should we do?")
        assert page.after("Do they get there?").startswith("2 of 5 projects begun reached production.")

    def test_the_worst_model_stands_first_and_those_that_are_not_known_last(self, snapshot: Snapshot):
        text = read(snapshot, None).text
        order = [text.index(name) for name in ("Card fraud\n", "Retail demand\n", "No file\n")]
        assert order == sorted(order)

    def test_of_a_running_quarter_the_releases_a_month_are_those_of_the_portfolio_page(self, snapshot: Snapshot):
        day = snapshot.day
        quarter = Quarter.of(day)
        found = portfolio_report.facts(snapshot, period=period_of(quarter.name, day))
        shown = portfolio_facts.facts(portfolio_rows(snapshot), portfolio_facts.Choice(quarter=quarter))
        assert found.delivery == shown.delivery
        assert found.delivery.months == months(quarter.first, day, found.seen_since) > 0
        assert found.year.months == months(day - timedelta(364), day, found.seen_since)

    def test_delivery_is_told_with_what_it_means(self, snapshot: Snapshot):
        page = read(snapshot, None, "year")
        assert "training run to the day it was seen in service. Median." in page.text
        assert page.after("Lead time")


@pytest.mark.parametrize("model", [None, BUSY, STRANGE])
def test_nothing_in_it_runs_or_is_fetched(snapshot: Snapshot, model: str | None):
    page = read(snapshot, model)
    assert page.links == []
    assert not {"script", "img", "iframe", "link", "object", "base", "form"} & set(page.tags)
    whole = page_of(snapshot, model, period_of("month", snapshot.day), ASKED)
    assert "default-src 'none'" in whole
    assert not re.search(r"url\((?!#)|@import", whole)


@pytest.mark.parametrize("model", [BUSY, *(pytest.param(one, marks=pytest.mark.long) for one in (None, STRANGE))])
def test_it_fits_on_two_sheets_whatever_stands_in_it(snapshot: Snapshot, model: str | None):
    import weasyprint

    page = page_of(snapshot, model, period_of("month", snapshot.day), ASKED)
    assert len(fitted(weasyprint, page, TWO_SHEETS).pages) <= TWO_SHEETS


def test_what_is_too_long_is_made_smaller():
    import weasyprint

    page = f"<style>body {{ font-size: 9pt }}</style>{'<p>A line of text.</p>' * 75}"
    assert len(weasyprint.HTML(string=page).render().pages) == 3
    assert len(fitted(weasyprint, page, 2).pages) == 2


class TestTheCommand:
    @pytest.mark.parametrize("what", [("model", BUSY), ("portfolio",)])
    def test_it_writes_the_page(self, workspace: Path, tmp_path: Path, what: tuple[str, ...]):
        for name, begin in (("one.html", b"<!DOCTYPE html>"), ("one.pdf", b"%PDF-")):
            run(workspace, *what, "--output", str(tmp_path / name), "--period", "quarter")
            assert (tmp_path / name).read_bytes().startswith(begin)

    def test_what_is_no_period_and_no_kind_of_file_is_told(self, workspace: Path, tmp_path: Path):
        with pytest.raises(SettingError, match="'soon' is no period"):
            run(workspace, "portfolio", "--output", str(tmp_path / "a.pdf"), "--period", "soon")
        with pytest.raises(SettingError, match="neither HTML nor PDF"):
            run(workspace, "portfolio", "--output", str(tmp_path / "a.doc"))
        assert list(tmp_path.iterdir()) == []


def run(workspace: Path, *command: str) -> None:
    done = CliRunner().invoke(cli, ["report", *command, "--workspace", str(workspace)])
    if done.exception is not None:
        raise done.exception


@pytest.mark.parametrize(
    ("asked", "first", "last", "name", "key"),
    [
        ("month", "2026-10-01", "2026-10-31", "October 2026", "2026-10"),
        ("quarter", "2026-07-01", "2026-09-30", "July to September 2026", "2026-Q3"),
        ("year", "2025-01-01", "2025-12-31", "2025", "2025"),
        ("week", "2026-11-09", "2026-11-15", "the week of 9 to 15 Nov 2026", "2026-W46"),
        ("2026-02", "2026-02-01", "2026-02-28", "February 2026", "2026-02"),
        ("2025-Q4", "2025-10-01", "2025-12-31", "October to December 2025", "2025-Q4"),
        ("2026-W01", "2025-12-29", "2026-01-04", "the week of 29 Dec 2025 to 4 Jan 2026", "2026-W01"),
        ("2026", "2026-01-01", "2026-12-31", "2026", "2026"),
    ],
)
def test_a_period_is_the_last_whole_one_or_one_by_name(asked: str, first: str, last: str, name: str, key: str):
    found = period_of(asked, date(2026, 11, 21))
    assert (found.first.isoformat(), found.last.isoformat(), found.name, found.key) == (first, last, name, key)
    assert period_of(found.key, date(2026, 11, 21)) == found


@pytest.mark.parametrize("asked", ["", "soon", "2026-13", "2026-W60", "2026-Q5", "2026-12", "2027", "1-1"])
def test_what_is_no_period_or_has_not_begun_is_refused(asked: str):
    with pytest.raises(SettingError):
        period_of(asked, date(2026, 11, 21))


def test_on_the_first_of_january_the_last_month_and_year_are_those_before():
    day = date(2026, 1, 1)
    assert (last_whole("month", day).key, last_whole("quarter", day).key) == ("2025-12", "2025-Q4")
    assert last_whole("year", day).key == "2025"
