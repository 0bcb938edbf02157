"""One decision on one page: what it says, that nothing in it runs or is fetched, and that the PDF is one page."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.helpers.explained import explained_rows, served
from tests.helpers.snapshots import publish_rows
from watchroom.domain.cutoff import Cutoff
from watchroom.domain.decision import Case, Explanation, Part, explanation
from watchroom.domain.usual import Standing, Usual
from watchroom.errors import WatchroomError
from watchroom.reports import pdf as pdf_module
from watchroom.reports.decision import html
from watchroom.reports.decision_alike import in_words
from watchroom.reports.decision_besides import performance, versions
from watchroom.reports.decision_facts import Facts, facts, surroundings
from watchroom.reports.decision_words import answer, because, decided, outcome, space_text, standing_text, usual_text
from watchroom.reports.one_page import Asked
from watchroom.reports.pdf import pdf
from watchroom.reports.pdf_child import fitted
from watchroom.store.queries.decision import SignedOff, sampled
from watchroom.store.snapshot import SnapshotStore
from watchroom.workspace.answer import Answer

HOSTILE = "<script>alert(1)</script><img src='https://example.com/x.png'>"
ASKED = Asked("ada@example.com", datetime(2026, 11, 2, 9, 30, tzinfo=UTC))
LONDON = ZoneInfo("Europe/London")
MONTH = date(2026, 10, 1)
UNNAMED = Answer()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """A decision with twenty inputs, and what the snapshot has of it."""
    store = tmp_path_factory.mktemp("report") / "store"
    rows = explained_rows(
        "card-fraud", {2: {None: served(1, 100, None, inputs=20), MONTH: served(2, 80, MONTH, inputs=20)}}
    )
    rows["models"] = [{"model": "card-fraud", "title": "Card fraud", "task": "binary", "registered": True}]
    rows["model_versions"] = [
        {"name": "card-fraud", "version": 2, "run_id": "a1b2", "created_at": datetime(2026, 9, 1)}
    ]
    rows["runs"] = [{"run_id": "a1b2", "name": "grid", "commit": "0123abcd", "dirty": True}]
    rows["run_inputs"] = [{"run_id": "a1b2", "name": "cards", "digest": "d1g3st", "context": "training"}]
    rows["registry_events"] = [{"seq": 1, "seen_at": datetime(2026, 9, 2), "event": "alias_set", "model": "card-fraud",
                                "version": 2, "name": "champion"}]  # fmt: skip
    rows["profile_notes"] = [{"model": "card-fraud", "key": "champions", "value": '[["2026-09-02T00:00:00", 2]]'}]
    rows["approvals"] = [{"seq": 2, "at": datetime(2026, 9, 3), "model": "card-fraud", "version": 2, "stage": "deploy",
                          "actor": "rae@example.com", "role": "reviewer", "decision": "approved",
                          "status": "valid"}]  # fmt: skip
    publish_rows(store, rows)
    opened = SnapshotStore(store)
    with opened.lease() as snapshot:
        (found,) = sampled(snapshot, model="card-fraud", prediction_id="d-2610-00007")
        around = surroundings(snapshot, model="card-fraud", version=2, at=found.case.at)
    opened.close()
    return facts(found.case, found.explanation, replace(around, cutoff=Cutoff(0.5, 0.49, 0.51, 0.0, 80)))


class Read(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def small(**changed: object) -> Facts:
    """A decision of three inputs with nothing known round it but a cut-off."""
    parts = (Part("amount", 412.0, 1.2), Part("merchant", "travel", 0.5), Part("account_months", 3.0, -0.4))
    why = explanation(space="log-odds", method="tree", base=-0.4, output=0.9, klass="1", parts=parts)
    case = Case("m", 1, "d1", datetime(2026, 10, 1), 0.83, "1", None, {part.feature: part.value for part in parts})
    return made(replace(case, **changed), why)  # type: ignore[arg-type]


def made(case: Case, why: Explanation | None, *, task: str = "binary", cutoff: float | None = 0.5,
         answers: Answer = UNNAMED) -> Facts:  # fmt: skip
    from watchroom.store.queries.decision import Reign, ThatDay

    day = ThatDay("no data", "no data", "no data", (), 0, None, 0, ())
    around = object.__new__(__import__("watchroom.reports.decision_facts", fromlist=["Surroundings"]).Surroundings)
    values = {
        "title": "M", "task": task, "month": (date(2026, 10, 1), date(2026, 10, 31)), "watched": {}, "cells": None,
        "cutoff": None if cutoff is None else Cutoff(cutoff, cutoff, cutoff, 0.0, 10), "how": None, "live": None,
        "reign": Reign(None, (), False), "signed": (), "day": day, "snapshot": "s1",
        "made_at": datetime(2026, 11, 1, tzinfo=UTC), "answer": answers,
    }  # fmt: skip
    for name, value in values.items():
        object.__setattr__(around, name, value)
    return facts(case, why, around)


def name(text: str) -> str:
    return f"`{text}`"


class TestTheWords:
    def test_the_answer_says_score_cut_off_and_what_pushed_and_held(self):
        assert answer(small(), name) == (
            "Predicted 1: scored 0.830, above the cut-off of 0.50 that its decisions imply, mainly because of `amount` "
            "(412), held back by `account_months` (3)."
        )

    def test_a_no_is_because_of_what_put_it_lower(self):
        found = small(score=0.2, prediction="0")
        assert decided(found).startswith("Predicted 0: scored 0.200, below the cut-off of 0.50")
        assert because(found, name) == "mainly because of `account_months` (3), held up by `amount` (412)"

    def test_an_amount_is_told_against_the_average(self):
        why = explanation(space="units", method="tree", base=980.0, output=1240.0, klass=None,
                          parts=[Part("rooms", 5.0, 260.0)])  # fmt: skip
        case = Case("m", 1, "d", datetime(2026, 10, 1), None, "1240.0", "1100", {"rooms": 5.0})
        found = made(case, why, task="regression", cutoff=None)
        assert answer(found, name) == (
            "Predicted 1,240, 260 more than it answers on average (980), mainly because of `rooms` (5)."
        )
        assert outcome(found) == "It turned out to be 1,100, so it was 140 too high."

    def test_an_amount_whose_logarithm_is_explained_is_told_as_a_multiple(self):
        why = explanation(space="units", method="tree", base=math.log(80.0), output=math.log(40.0), klass=None,
                          parts=[Part("rooms", 5.0, -math.log(2))])  # fmt: skip
        case = Case("m", 1, "d", datetime(2026, 10, 1), None, "40.0", None, {"rooms": 5.0})
        found = made(case, why, task="regression", cutoff=None)
        assert answer(found, name).startswith("Predicted 40, 0.5 times what it usually answers (80)")
        assert space_text(why, found) == "logarithm of the amount"

    def test_without_an_explanation_only_what_is_known_is_said(self):
        found = made(small().case, None)
        assert answer(found, name) == "Predicted 1: scored 0.830, above the cut-off of 0.50 that its decisions imply."

    def test_an_input_that_nothing_moved_is_not_blamed(self):
        why = explanation(space="log-odds", method="tree", base=0.1, output=0.1, klass="1", parts=[Part("a", 1.0, 0.0)])
        assert because(made(small().case, why), name) == "which no input moved from the average"

    @pytest.mark.parametrize(
        ("found", "said"),
        [(None, "not known yet"), ("1", "the prediction was right"), ("0", "the prediction was wrong")],
    )
    def test_the_outcome_says_whether_it_was_right(self, found: str | None, said: str):
        assert said in outcome(small(outcome=found))

    def test_it_is_said_in_the_words_of_the_models_file(self):
        words = Answer(predictions={"1": "stopped"}, outcomes={"0": "genuine"}, unit="EUR")
        found = made(small(outcome="0").case, None, answers=words)
        assert decided(found).startswith("Stopped: scored 0.830")
        assert outcome(found) == "Outcome: genuine; the prediction was wrong."

    def test_the_own_category_is_told_first(self):
        usual = Usual("category", 9, 0.0, shares=(("food", 0.5), ("fuel", 0.3), ("games", 0.1), ("travel", 0.05)))
        assert usual_text(usual, "travel") == "travel 5.0 %, food 50 %, fuel 30 %"
        flag = Usual("number", 9, 0.0, 0, 1, 0, 1, (("0", 0.92), ("1", 0.08)))
        assert usual_text(flag, 1.0) == "0: 92 %, 1: 8.0 %"
        assert standing_text(1.0, Standing(below=0.92, above=0, share=0.08), flag) == "as in 8.0 % of the reference"

    @pytest.mark.parametrize(
        ("outcomes", "said"),
        [
            (
                ["0"] * 6 + [None] * 4,
                "Of the 10 most similar decisions the outcome of 6 is known: all 6 turned out genuine.",
            ),
            (["1"] * 4 + ["0"] * 2, "Of the 6 most similar decisions 4 fraud, 2 genuine."),
            ([None] * 3, "Of the 3 most similar decisions no outcome is known yet."),
        ],
    )
    def test_what_became_of_similar_ones_is_counted_by_name(self, outcomes: list[str | None], said: str):
        words = Answer(outcomes={"1": "fraud", "0": "genuine"})
        assert in_words(pd.Series(outcomes, dtype=object), made(small().case, None, answers=words)) == said

    def test_versions_that_disagree_are_said_to(self):
        found = made(small().case, None, answers=Answer(predictions={"0": "let through"}))
        other = replace(found.case, version=2, score=0.3, prediction="0")
        assert versions(found, (found.case, other)) == (
            "They disagree: version 1 “1”, scored 0.830; version 2 “let through”, scored 0.300."
        )
        assert versions(found, (found.case,)) == ""

    @pytest.mark.parametrize(("status", "said"), [("no data", "too few to judge"), ("stable", "stable")])
    def test_performance_is_said_with_peoples_name_of_the_metric(self, status: str, said: str):
        found = small()
        day = replace(found.around.day, metric=("roc_auc", 0.987, status, 121))
        told = replace(found, around=replace(found.around, day=day))
        assert performance(told) == f"AUC 0.987 from 121 outcomes, {said}"


class TestThePage:
    def test_its_month_ends_no_later_than_the_snapshot(self, told: Facts):
        assert told.around.month[0] == MONTH
        assert told.around.month[1] <= max(told.around.made_at.date(), told.case.at.date())

    def test_it_says_where_the_decision_flips_and_what_else_would(self, told: Facts):
        text = Read(html(told, ASKED, LONDON)).text
        assert "This decision flips at " in text
        assert "cut-off 0.50" in text

    def test_it_says_who_when_which_version_data_and_snapshot(self, told: Facts):
        text = Read(html(told, ASKED, LONDON)).text
        for part in (
            "ada@example.com", "2 Nov 2026 09:30", "d-2610-00007", "card-fraud, version 2", "a1b2", "0123abcd",
            "with uncommitted changes", "cards d1g3st (training)", "approved for deploy by rae@example.com",
            told.around.snapshot, "2, champion at that time", "in log-odds", "exact TreeSHAP",
            "3 Oct 2026 11:48 (Europe/London)",
        ):  # fmt: skip
            assert part in text, part

    def test_its_bars_begin_at_the_average_and_end_at_the_decision(self, told: Facts):
        page = html(told, ASKED, LONDON)
        assert page.count("<rect") == 10
        assert re.search(r"on average −1<", page)
        assert "11 other inputs" in page

    def test_more_inputs_than_fit_are_summed_and_said(self, told: Facts):
        text = Read(html(told, ASKED, LONDON)).text
        assert "1 other input and 1 logged column that is no input" in text

    def test_nothing_from_outside_runs_or_is_fetched(self, told: Facts):
        case = replace(told.case, id=HOSTILE, prediction=HOSTILE, outcome=HOSTILE, inputs={HOSTILE: HOSTILE})
        assert told.explanation is not None
        why = replace(told.explanation, parts=(Part(HOSTILE, HOSTILE, 1.0),), klass=HOSTILE)
        page = html(facts(case, why, replace(told.around, title=HOSTILE)), Asked(HOSTILE, ASKED.at), LONDON)
        read = Read(page)
        assert set(read.tags) & {"script", "img", "link", "iframe", "object", "a"} == set()
        assert read.links == []
        assert "default-src 'none'" in page
        assert re.findall(r"url\(|@import", page) == []

    def test_a_decision_that_could_not_be_explained_says_so(self, told: Facts):
        page = html(facts(told.case, None, told.around, "The model is <broken>."), ASKED, LONDON)
        assert "could not be explained. The model is &lt;broken&gt;." in page


class TestThePdf:
    def test_it_is_one_page_for_twenty_inputs_with_long_names(self, told: Facts):
        import weasyprint

        assert told.explanation is not None
        usual = Usual("category", 900, 0.0, shares=(("groceries", 0.29), ("restaurant", 0.17), ("other services", 0.1)))
        signed = tuple(
            SignedOff(datetime(2026, 9, 3), "deploy", f"{who}.marino@example.com", "data_science", "approved", "void")
            for who in ("ada", "bo", "cy")
        )
        busy = replace(
            told.around, signed=signed, day=replace(told.around.day, drifted=("amount", "merchant"), features=9)
        )
        long = tuple(
            Part(f"{part.feature}_{'long_name_' * 6}", part.value, part.added) for part in told.explanation.parts
        )
        for why in (told.explanation, replace(told.explanation, parts=long)):
            found = facts(told.case, why, busy)
            inputs = tuple(replace(one, usual=usual, standing=Standing(share=0.01, new=True)) for one in found.inputs)
            page = html(replace(found, inputs=inputs), ASKED, LONDON)
            assert len(fitted(weasyprint, page, 1).pages) == 1

    def test_it_is_made_in_a_process_of_its_own(self, told: Facts):
        made = pdf(html(told, ASKED, LONDON))
        assert made.startswith(b"%PDF-")
        assert len(made) > 5_000

    def test_a_file_or_an_address_in_it_is_not_fetched(self, tmp_path: Path):
        secret = tmp_path / "secret.png"
        secret.write_bytes(PIXEL)
        plain = pdf("<p>x</p>")
        with_image = pdf(f"<p>x</p><img src='{secret.as_uri()}'><img src='http://127.0.0.1:9/x.png'>")
        assert b"/Image" not in with_image
        assert abs(len(with_image) - len(plain)) < 400

    def test_half_of_a_sign_in_it_is_no_reason_to_fail(self):
        assert pdf("<p>half \ud83d of a sign</p>").startswith(b"%PDF-")

    def test_one_that_takes_too_long_is_stopped_and_says_so(self):
        with pytest.raises(WatchroomError, match="could not be made") as failed:
            pdf("<p>x</p>", seconds=0.01)
        assert "longer than 0.01 seconds" in failed.value.why

    def test_a_system_without_pango_is_told_which_packages(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        program = tmp_path / "python"
        program.write_text("#!/bin/sh\necho \"cannot load library 'libpango'\" >&2\nexit 3\n")
        program.chmod(0o755)
        monkeypatch.setattr(pdf_module.sys, "executable", str(program))
        with pytest.raises(WatchroomError, match="No PDF can be made") as failed:
            pdf("<p>x</p>")
        assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in failed.value.next_step


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
