"""Every entry can be read as a sentence: the kinds there are, and what another Watchroom may have written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchroom.ledger import KINDS, Head, NewEntry
from watchroom.ledger.entry import Entry, entry_of, sealed
from watchroom.ledger.told import GROUPS, refers_to, tell

AT = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
SAID: list[tuple[str, dict[str, Any], str, str]] = [
    ("sign_off", {"stage": "deploy", "decision": "approved", "evidence": [], "note": "Seen."},
     "approved version 3 of churn at deploy, as reviewer", "Seen."),
    ("refusal", {"tried": "sign_off a version", "why": "Your role may not."},
     "was not let sign off a version, about version 3 of churn: Your role may not.", ""),
    ("registry_event", {"event": "alias_moved", "model": "churn", "name": "champion", "value": None,
                        "previous_value": None, "previous_version": 2},
     "saw champion of churn moved from version 2 to 3", ""),
    ("alert_event", {"event": "raised", "signal": "drift", "feature": "age", "severity": "critical", "value": 0.41,
                     "limit": 0.25, "method": "psi", "n": 1770},
     "raised a critical alert: drift of age of version 3 of churn, 0.41, limit 0.25 (psi), n 1,770", ""),
    ("alert_act", {"act": "assign", "alert": "a99", "text": "", "to": "bo@x"},
     "gave the alert to bo@x: version 3 of churn", ""),
    ("notification", {"outcome": "failed", "channel": "slack", "changes": [["a1", 1]], "why": "No answer."},
     "could not send a message about 1 change of alerts to slack", "No answer."),
    ("report", {"outcome": "sent", "channel": "slack", "report": ["portfolio", "", "2026-10"]},
     "sent the report of the portfolio for 2026-10 to slack", ""),
    ("note", {"act": "written", "about": {"kind": "run", "id": "abc"}, "text": "Two\nlines"},
     "wrote a note about the run abc", "Two lines"),
    ("pin", {"act": "unpinned", "about": {"kind": "model", "id": "churn"}}, "took the pin off the model churn", ""),
    ("saved_view", {"act": "saved", "name": "Best", "page": "runs", "query": []},
     "saved the view “Best” of the page runs", ""),
    ("kpi_agreement", {"kpi": "Error", "agrees": False, "reason": "Too wide."},
     "objected to the KPI Error of version 3 of churn for reviewer", "Too wide."),
    ("proposal", {"act": "decided", "proposal": 2, "accepted": True, "reason": "Now.", "without": ["data_science"]},
     "accepted “proposal” for version 3 of churn, without data science", "Now."),
    ("event", {"act": "added", "title": "Storm", "first_day": "2026-10-01", "last_day": "2026-10-02", "models": [],
               "text": ""}, "marked the event “Storm” on 1 Oct 2026 to 2 Oct 2026, for all models", ""),
    ("checklist", {"act": "waived", "item": "rollback", "reason": "Next week.", "until": "2026-12-01"},
     "waived the item rollback of version 3 of churn until 1 Dec 2026", "Next week."),
    ("handover", {"act": "begun", "stage": "support", "from_team": "Risk", "to_team": "", "giver": "ana@x",
                  "receiver": "bo@x", "due": None, "note": ""},
     "began the handover of version 3 of churn at support from ana@x (Risk) to bo@x", ""),
    ("finding", {"act": "opened", "title": "No holidays", "severity": "high", "owner": "bo@x", "due": "2026-12-01",
                 "blocks": "deploy", "text": ""},
     "opened the finding “No holidays” about version 3 of churn (high), for bo@x, due 1 Dec 2026, which blocks deploy",
     ""),
    ("compliance", {"day": "2026-12-05", "teams": [{"team": "Risk", "models": 2}]},
     "counted how far the models of 1 team were in order on 5 Dec 2026", ""),
    ("visit", {}, "opened Home as reviewer", ""),
]  # fmt: skip


def entry(kind: str, payload: dict[str, Any], seq: int = 100) -> Entry:
    return entry_of(sealed(NewEntry(kind, "ana@x", payload, "reviewer", "churn", 3), Head(seq - 1, "0" * 64), AT))


@pytest.mark.parametrize(("kind", "payload", "did", "quote"), SAID, ids=[one[0] for one in SAID])
def test_an_entry_is_told_as_what_its_person_did(kind: str, payload: dict[str, Any], did: str, quote: str):
    told = tell(entry(kind, payload))
    assert (told.did, told.quote) == (did, quote)


def test_an_act_is_told_with_what_it_is_about():
    opened = entry("finding", {"act": "opened", "title": "No holidays"}, 7)
    answer = entry("finding", {"act": "answered", "text": "Added.", "finding": 7})
    assert refers_to(answer) == (7,)
    assert tell(answer, {7: opened}).did == "answered the finding “No holidays” about version 3 of churn"


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_watchroom_wrote_is_told_by_its_kind(kind: str):
    told = tell(entry(kind, {"act": "made_up", "event": "made_up", "text": "By hand."}))
    assert told.did
    assert "{" not in told.did


@given(
    kind=st.sampled_from(sorted(KINDS)),
    payload=st.dictionaries(
        st.sampled_from(
            ["act", "event", "model", "name", "text", "alert", "finding", "changes", "report", "about", "n"]
        ),
        st.none()
        | st.booleans()
        | st.integers(-9, 9)
        | st.text(max_size=9)
        | st.lists(st.text(max_size=3), max_size=3),
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_payload_stops_the_history(kind: str, payload: dict[str, Any]):
    told = tell(entry(kind, payload))
    assert told.did
    assert "\n" not in told.did + told.quote


def test_every_kind_is_looked_for_under_one_group():
    grouped = [kind for kinds in GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(KINDS)
