"""The page of one model says what its file says: also while the file has a mistake, and to whoever is on call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ui import sample
from tests.ui.reading import Reader, full, said
from watchroom.ui.model_about import person, web_host
from watchroom.ui.text import when, zone_of

EMPTY = ("purpose", "task", "affects", "tier", "risk_business", "risk_legal", "risk_ethical", "risk_reason", "runbook")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def mistaken(reader: Reader, *, owners: list[dict[str, Any]] | None = None, **changed: Any) -> None:
    """A room in which the file of card-fraud has a mistake."""
    rows = sample.rows()
    problem = {
        "kind": "workspace",
        "severity": "error",
        "place": "models/card-fraud.yaml:3",
        "what": "Bad tier.",
        "why": "",
        "next_step": "",
        "model": "card-fraud",
        "count": 1,
    }
    full(
        reader.store,
        models=[row | (changed if row["model"] == "card-fraud" else {}) for row in rows["models"]],
        owners=rows["owners"] if owners is None else owners,
        problems=[*rows["problems"], problem],
    )


def test_a_file_with_a_mistake_is_shown_as_it_was_last_read(reader: Reader):
    mistaken(reader, read_at=sample.NOW)
    text = said(reader.open("model", model="card-fraud"))
    at = when(sample.NOW, zone_of("Europe/London"), now=sample.NOW)
    assert f"Its file has a mistake; shown as it was read on {at}" in text
    assert "Its file has a mistake: Bad tier." in text
    assert "Stops stolen cards" in text
    assert "ada@x" in text


def test_a_file_without_a_mistake_is_shown_without_a_word(reader: Reader):
    full(reader.store)
    assert "shown as it was read" not in said(reader.open("model", model="card-fraud"))


def test_of_a_file_that_was_never_read_nothing_is_said_to_be_missing(reader: Reader):
    mistaken(reader, owners=[], read_at=None, **dict.fromkeys(EMPTY))
    text = said(reader.open("model", model="card-fraud"))
    for words in ("Its purpose is unknown until the file is mended.", "Runbook: unknown until the file is mended."):
        assert words in text
    for wrong in ("Nobody", "nobody", "not filled in", "assessed", "shown as it was read", "none is given"):
        assert wrong not in text
    table = reader.open("models").main.dataframe[0].value.set_index("Model")
    assert table.loc["Card fraud", "Business"] == "unknown"
    assert table.loc["Card fraud", "Needs attention"] == "Its file has a mistake: Bad tier."


def test_the_tier_is_the_result_of_the_axes(reader: Reader):
    full(reader.store)
    risk = ":gray[Tier]: **high**  \n:gray[Business]: high  \n:gray[Legal]: low  \n:gray[Ethical]: medium"
    assert risk in said(reader.open("model", model="card-fraud"))


def test_operations_find_who_to_call_and_the_runbook_before_the_figures(reader: Reader):
    full(reader.store)
    app = reader.open("model", model="card-fraud", role="Operations")
    kinds = [element.type for element in app.main]
    assert kinds.index("link_button") < kinds.index("metric")
    assert said(app).index("On call") < said(app).index("Who holds it")
    assert len(app.main.get("link_button")) == 1


def test_a_runbook_on_the_web_is_a_link_that_names_its_host(reader: Reader):
    full(reader.store)
    app = reader.open("model", model="card-fraud")
    (button,) = app.main.get("link_button")
    assert (button.proto.label, button.proto.url) == ("Open the runbook", "https://wiki.example/card-fraud")
    assert "wiki.example" in said(app).splitlines()


@pytest.mark.parametrize(
    "runbook", ["javascript:alert(1)", "ftp://files/runbook", "Call Ada, then restart it", "https://"]
)
def test_a_runbook_that_is_not_on_the_web_is_text(reader: Reader, runbook: str):
    rows = sample.rows()["models"]
    full(reader.store, models=[row | {"runbook": runbook} for row in rows])
    app = reader.open("model", model="card-fraud")
    assert not app.main.get("link_button")
    assert f"Runbook: {runbook}" in said(app)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://wiki.example:8443/a", "wiki.example:8443"),
        ("HTTP://wiki.example", "wiki.example"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://[::1", ""),
        ("//wiki.example", ""),
    ],
)
def test_the_host_is_where_the_link_leads(address: str, host: str):
    assert web_host(address) == host


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada@bank.example", "`ada@bank.example`"),
        ("Ada Lo <ada.lo+ml@bank.example>", r"Ada Lo \<`ada.lo+ml@bank.example`\>"),
        ("*Ada*", r"\*Ada\*"),
        ("`x` @y", r"\`x\` \@y"),
    ],
)
def test_a_mail_address_copies_as_it_is(text: str, shown: str):
    assert person(text) == shown
