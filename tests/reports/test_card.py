"""The model card and the handover pack: filled from the store, honest about what is unknown, harmless."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from click.testing import CliRunner
from markdown_it import MarkdownIt

from tests.helpers.carded import BUSY, EMPTY, STRANGE, TEXT, rows
from tests.helpers.snapshots import publish_rows
from tests.reports.test_business_pages import Read
from watchroom.cli import cli
from watchroom.domain.card_claims import Found, judge
from watchroom.domain.card_text import Binding
from watchroom.errors import SettingError, SourceMissing, StoreError
from watchroom.reports.card import bound, facts, html, hub, known, markdown
from watchroom.reports.card.difference import difference
from watchroom.reports.card.shape import Card, Line, Prose, Section, Span
from watchroom.reports.one_page import Asked
from watchroom.reports.pack.archive import write_folder, zipped
from watchroom.reports.pack.pack import pack
from watchroom.reports.pack.shape import SUMS, Besides, Pack
from watchroom.store.queries.card import Kept
from watchroom.store.snapshot import Snapshot, SnapshotStore

ASKED = Asked("ada@example.com", datetime(2026, 11, 2, 9, 30, tzinfo=UTC))
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    publish_rows(folder / "store", rows())
    return folder


@pytest.fixture(scope="module")
def snapshot(workspace: Path) -> Iterator[Snapshot]:
    store = SnapshotStore(workspace / "store")
    with store.lease() as found:
        yield found
    store.close()


@pytest.fixture(scope="module")
def card(snapshot: Snapshot) -> Card:
    return facts.card(snapshot, model=BUSY)


def said(card: Card) -> str:
    return repr(card.sections)


def test_the_card_is_of_the_champion_with_its_metric_interval_days_and_n(card: Card):
    assert (card.version, card.role) == (2, "champion")
    answers = dict(card.answers)
    assert "AUC 0.93 (95 % interval 0.92 to 0.94) over 2,500 decisions with an outcome" in answers["How good is it?"]


def test_claims_are_judged_and_those_that_are_wrong_are_named_with_their_line(card: Card):
    broken = 1 + TEXT.splitlines().index(next(line for line in TEXT.splitlines() if "metrik" in line))
    found = [(one.status, one.binding.line) for one in card.claims]
    assert found == [("holds", 5), ("stale", 5), ("bound", 7), ("broken", broken)]
    assert "0.6 (stale: the card says at least 0.9)" in said(card)
    assert "kwame@example.com" in said(card)


def test_what_is_not_met_is_named_before_anything_is_said_to_be_well_what_blocks_first(card: Card):
    beware = dict(card.answers)["What to beware of?"]
    assert "2 items of the checklist not met (Its tests are there, which blocks deploy; Its limits are there)" in beware
    assert "1 item of the checklist not known (Its runbook are there)" in beware
    assert "it is being handed over to Run for deploy: olu is to accept" in beware


def test_a_group_of_too_few_decisions_is_not_what_fairness_is_told_by(snapshot: Snapshot):
    found = known.read(snapshot, model=BUSY)
    least = bound.found(Binding("{{fairness:region}}", 1, "fairness", "region"), found)
    assert least.text == "0.90"
    assert "region: south is given the favourable answer least often" in said(facts.of_known(found))


def test_a_claim_that_is_not_so_any_more_says_so_in_words(card: Card):
    stale = next(one for one in card.claims if one.status == "stale")
    assert stale.wrong.startswith("recall says at least 0.9, is 0.6 (")
    claim = judge(Binding("{{kpi:Stopped<=2}}", 3, "kpi", "Stopped", "<=", "2"), Found(2.58, "2.58 % of payments"))
    assert claim.wrong == "Stopped says at most 2 %, is 2.58 % of payments"


def test_what_nobody_wrote_or_measured_is_said_to_be_unknown(snapshot: Snapshot, card: Card):
    assert "out of scope" in {gap.what for _, gap in card.gaps}
    assert "intended use" not in {gap.what for _, gap in card.gaps}
    bare = facts.card(snapshot, model=EMPTY)
    assert {"intended use", "out of scope", "limits", "its purpose"} <= {gap.what for _, gap in bare.gaps}
    assert bare.version is None
    assert "Unknown" in dict(bare.answers)["May it be used?"]


def test_a_model_or_version_that_is_not_there_is_an_error(snapshot: Snapshot):
    with pytest.raises(StoreError, match="no model"):
        facts.card(snapshot, model="nothing")
    with pytest.raises(StoreError, match="no version 9"):
        facts.card(snapshot, model=BUSY, version=9)


@pytest.mark.parametrize("model", [BUSY, EMPTY, STRANGE])
def test_nothing_in_the_html_runs_or_is_fetched(snapshot: Snapshot, model: str):
    page = html.html(facts.card(snapshot, model=model), ASKED, UTC_ZONE)
    found = Read(page)
    assert not {"script", "img", "iframe", "link", "form", "object"} & set(found.tags)
    assert "default-src 'none'" in page
    assert "href='#" in page
    assert "href='http" not in page


@pytest.mark.parametrize("model", [BUSY, EMPTY, STRANGE])
def test_nothing_in_the_markdown_links_or_is_html(snapshot: Snapshot, model: str):
    text = markdown.markdown(facts.card(snapshot, model=model))
    made = MarkdownIt("commonmark", {"linkify": True}).enable("table").parse(text)
    kinds = {token.type for part in made for token in (part, *(part.children or ()))}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}
    assert "table_open" in kinds or model == EMPTY


def written(card: Card, *lines: Line) -> str:
    return markdown.markdown(replace(card, sections=(Section("x", "X", (Prose("", lines),)),)))


@pytest.mark.parametrize("row", ["<script>x()</script>", "[a](https://x.org)", "````", "```\n<b>", "| <i> |", "- <b>"])
def test_lines_that_keep_their_form_are_never_markup_wherever_they_stand(card: Card, row: str):
    text = written(card, Line("item", (Span("one"),)), Line("lines", (Span(row),)), Line("paragraph", (Span("end"),)))
    made = MarkdownIt("commonmark", {"linkify": True}).enable("table").parse(text)
    assert [token.content for token in made if token.type == "fence"] == [f"{row}\n"]
    kinds = {token.type for part in made for token in (part, *(part.children or ()))}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}


def test_figures_stand_apart_from_the_words_and_can_be_copied(card: Card):
    text = written(
        card,
        Line("paragraph", (Span("over age bands is "), Span("0.99", "bound"), Span(" and 2.58 % of all "))),
        Line("paragraph", (Span("it stops "), Span("2.58 %", "stale"), Span("."))),
        Line("paragraph", (Span("7. is no list"),)),
    )
    assert "over age bands is 0.99 and 2.58 % of all\n" in text
    assert "it stops **2.58 %**.\n" in text
    assert "\u2060" not in text
    assert "ordered_list_open" not in {token.type for token in MarkdownIt().parse(text)}


def test_the_readme_for_hugging_face_begins_with_metadata_and_its_results(card: Card):
    _, head, body = hub.readme(card).split("---\n", 2)
    found = yaml.safe_load(head)
    assert found["pipeline_tag"] == "tabular-classification"
    assert found["library_name"] == "sklearn"
    result = found["model-index"][0]["results"][0]
    assert result["metrics"][0]["type"] == "roc_auc"
    assert result["metrics"][0]["value"] == pytest.approx(0.93)
    assert "n 2,500" in result["metrics"][0]["name"]
    assert set(result["task"]) == {"type", "name"} <= set(result["dataset"]) | {"type", "name"}
    assert body.lstrip().startswith("# Model card")


def test_a_card_does_not_differ_from_itself_and_two_versions_differ_in_what_is_theirs(snapshot: Snapshot, card: Card):
    assert difference(card, card).sections == ()
    found = difference(facts.card(snapshot, model=BUSY, version=1), card)
    told = {(one.key, *row) for one in found.sections for row in one.rows}
    assert ("versions", "Parameters of its run: depth", "1", "2") in told
    assert any(key == "performance" and before == "0.925" and now == "0.93" for key, _, before, now in told)
    assert not {"script", "img"} & set(Read(html.difference(found, ASKED, UTC_ZONE)).tags)


def content(one: Kept) -> bytes:
    if one.status == "gone":
        raise SourceMissing("The file of evidence is gone.")
    return b"<x/>\n"


@pytest.fixture(scope="module")
def packed(snapshot: Snapshot) -> Pack:
    return pack(snapshot, Besides(content), ASKED, UTC_ZONE, model=BUSY)


def test_the_pack_is_whole_by_its_sums_and_every_link_in_it_leads_to_a_file(packed: Pack):
    archive = zipfile.ZipFile(io.BytesIO(zipped(packed)))
    names = {name.partition("/")[2] for name in archive.namelist()}
    for line in archive.read(f"{packed.folder}/{SUMS}").decode().splitlines():
        digest, path = line.split("  ")
        assert hashlib.sha256(archive.read(f"{packed.folder}/{path}")).hexdigest() == digest
    assert names == {one.path for one in packed.files} | {SUMS}
    index = next(one for one in packed.files if one.path == "index.html").data.decode()
    assert all(f"href='{one.path}'" in index for one in packed.files if one.path != "index.html")


def test_the_pack_has_the_evidence_under_a_harmless_name_and_says_what_is_gone(packed: Pack):
    (kept,) = (one for one in packed.files if one.path.startswith("evidence/"))
    assert kept.data == b"<x/>\n"
    assert kept.path.startswith("evidence/abababababab-")
    assert kept.path.endswith(".xml.txt")
    assert ".." not in kept.path
    assert set(kept.path) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")
    index = next(one for one in packed.files if one.path == "index.html").data.decode()
    assert "gone.pdf: The file of evidence is gone." in index


def test_no_page_of_the_pack_runs_anything_and_a_missing_ledger_is_said(packed: Pack):
    pages = {one.path: one.data.decode() for one in packed.files if one.path.endswith(".html")}
    for page in pages.values():
        assert not {"script", "img", "iframe", "link", "form"} & set(Read(page).tags)
    assert "the ledger was not there" in pages["history.html"]


def test_a_folder_that_holds_something_is_left_alone(packed: Pack, tmp_path: Path):
    write_folder(packed, tmp_path / "new")
    assert (tmp_path / "new" / "index.html").is_file()
    with pytest.raises(SettingError, match="there already"):
        write_folder(packed, tmp_path / "new")


@pytest.mark.long
def test_the_command_writes_cards_and_packs(workspace: Path, tmp_path: Path):
    runner = CliRunner()
    for name, more in (
        ("c.html", []),
        ("c.md", []),
        ("R.md", ["--format", "huggingface"]),
        ("d.html", ["--against", "1"]),
    ):
        done = runner.invoke(
            cli, ["report", "card", BUSY, "--workspace", str(workspace), "--output", str(tmp_path / name), *more]
        )
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).stat().st_size > 1000
    done = runner.invoke(
        cli, ["report", "pack", BUSY, "--workspace", str(workspace), "--output", str(tmp_path / "p.zip")]
    )
    assert done.exit_code == 0, done.output
    assert zipfile.is_zipfile(tmp_path / "p.zip")
