"""The regulation map: what of a heading is held, in which way, what is missing; and findings in the snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchroom.domain.regulation import Heading, Item, Known, Need, Way, judge
from watchroom.domain.regulation_facts import FACTS
from watchroom.jobs.findings import fill_findings
from watchroom.jobs.regulation import map_regulations
from watchroom.jobs.regulation_facts import QUERIES
from watchroom.ledger import Ledger
from watchroom.ledger.findings import open_finding
from watchroom.ledger.findings_read import Found
from watchroom.ledger.people import Person
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.preview import Preview
from watchroom.store.schema import PARTS, TABLES
from watchroom.ui.navigation import PAGES
from watchroom.workspace.load import load_workspace
from watchroom.workspace.regulation_maps import shipped


def heading(*ways: Way) -> Heading:
    return Heading("1", "One", "Asks.", (Need("purpose", "What it is for", ways),))


@pytest.mark.parametrize(
    ("way", "known", "held", "page"),
    [
        (Way("fact", "purpose"), Known(facts={"purpose": "Stops fraud"}), "What it is for: Stops fraud", "model"),
        (
            Way("item", "goal"),
            Known(items={"goal": Item("pass", "The goal is written down", "AUC 0.8.")}),
            "What it is for: “The goal is written down” is met (AUC 0.8)",
            "handover",
        ),
        (
            Way("card", "Intended Use"),
            Known(card=frozenset({"intended use"})),
            "What it is for: its card says so under “Intended Use”",
            "model_card",
        ),
        (
            Way("evidence", "*purpose*"),
            Known(evidence=("The-PURPOSE.pdf", "purpose.md")),
            "What it is for: the file The-PURPOSE.pdf and 1 more",
            "handover",
        ),
        (Way("elsewhere", "the risk drive"), Known(), "What it is for: kept elsewhere, the risk drive", ""),
    ],
)
def test_something_is_held_in_any_of_its_ways_and_it_is_said_where(way: Way, known: Known, held: str, page: str):
    found = judge(heading(Way("item", "no-such"), way), known)
    assert found.status == "held"
    assert [(told.words, told.page) for told in found.held] == [(held, page)]


@pytest.mark.parametrize(
    ("way", "known", "told"),
    [
        (Way("fact", "purpose"), Known(), "write `purpose` in its file"),
        (Way("card", "Limits"), Known(), "write “Limits” in its card"),
        (Way("item", "goal"), Known(), "is not on its checklist"),
        (Way("item", "goal"), Known(items={"goal": Item("fail", "The goal")}), "“The goal” is not met"),
        (Way("item", "goal"), Known(items={"goal": Item("stale", "The goal")}), "is too old"),
        (Way("item", "goal"), Known(items={"goal": Item("waived", "The goal")}), "waived for now, and so not held"),
        (Way("evidence", "*.pdf"), Known(evidence=("a.txt",)), "named like *.pdf"),
    ],
)
def test_what_is_missing_says_what_would_fill_it(way: Way, known: Known, told: str):
    found = judge(heading(way), known)
    assert found.status == "missing"
    assert told in found.missing[0].words


def test_a_heading_of_which_some_is_held_is_held_in_part():
    both = Heading(
        "1", "One", "Asks.", (Need("a", "A", (Way("fact", "task"),)), Need("b", "B", (Way("fact", "risk"),)))
    )
    assert judge(both, Known(facts={"task": "binary"})).status == "partly"


def test_every_fact_is_asked_and_shows_on_a_page_that_is_there():
    assert set(FACTS) == set(QUERIES)
    assert {fact.page for fact in FACTS.values()} <= {page.file for page in PAGES}


def test_models_are_mapped_from_what_the_draft_holds(tmp_path: Path):
    (tmp_path / "regulations").mkdir()
    (tmp_path / "regulations" / "nist.yaml").write_text("extends: nist-ai-rmf\nmodels: [other-*]\n")
    workspace = load_workspace(tmp_path, {})
    store = StoreFolder(tmp_path / "store")
    with refresh_lock(store, 5), Draft(store) as draft:
        for part in PARTS:
            draft.fresh(part)
        row = {"model": "claims", "file": "models/claims.yaml", "registered": True, "title": "Claims"}
        insert(draft, "models", {**row, "purpose": "Pays claims.", "task": "binary", "spec": "{}"})
        insert(draft, "model_versions", {"name": "claims", "version": 3, "signature_inputs": "[]", "run_id": "r"})
        insert(draft, "model_versions", {"name": "claims", "version": 2, "run_id": "q"})
        insert(draft, "aliases", {"name": "claims", "alias": "champion", "version": 3})
        insert(draft, "cards", {"model": "claims", "text": "# Claims\n\n## Limits\n\nNot abroad.\n\n## Risks\n"})
        assert map_regulations(draft, workspace) == "regulations: 3, headings of models: 14"
        rows = {
            (rule, name): (version, status, dict(zip(held, pages, strict=True)), missing)
            for rule, name, version, status, held, pages, missing in Preview(draft).rows(
                "select regulation, heading, version, status, held, held_pages, missing from regulation"
            )
        }
    version, status, held, missing = rows["eu-ai-act-annex-iv", "1"]
    assert (version, status) == (3, "partly")
    assert held["What it is for: Pays claims."] == "model"
    assert held["Which version: version 3, the champion"] == "versions"
    assert "Who answers for it: name its owners in its file" in missing
    assert rows["eu-ai-act-annex-iv", "3"][2]["What it cannot do: its card says so under “Limits”"] == "model_card"
    assert rows["eu-ai-act-annex-iv", "8"][1] == "missing"
    assert not any(rule == "nist-ai-rmf" for rule, _ in rows)


def test_findings_of_the_ledger_are_in_the_snapshot(tmp_path: Path):
    store = StoreFolder(tmp_path / "store")
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", create=True) as ledger:
        found = Found("claims", None, "high", "A proxy", owner="bo@x", blocks="deploy")
        open_finding(ledger, found, Person("rita@x", ("reviewer",)), ())
        with refresh_lock(store, 5), Draft(store) as draft:
            for part in PARTS:
                draft.fresh(part)
            fill_findings(draft, ledger)
            query = "select model, version, severity, title, text, owner, blocks, state, rounds, last_by from findings"
            assert Preview(draft).rows(query) == [
                ("claims", None, "high", "A proxy", None, "bo@x", "deploy", "open", 0, "rita@x")
            ]


def insert(draft: Draft, table: str, row: dict[str, object]) -> None:
    draft.insert(table, [[row.get(name) for name in TABLES[table].column_names]])


def test_the_docs_name_every_fact_and_every_regulation_that_ships():
    text = (Path(__file__).parents[2] / "docs" / "regulation.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | {fact.about} |" in text for name, fact in FACTS.items())
    assert all(f"| `{one.id}` |" in text for one in shipped())
