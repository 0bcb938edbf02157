"""What people did with the items of a checklist, from the tables of the room: answers, waivers, assignments, owners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from watchroom.domain.standing import HELD, Answer, Waiver
from watchroom.store.draft import Draft

Key = tuple[str, int, str]
"""A model, a version, an item."""


@dataclass(frozen=True)
class People:
    """What was done, by item of a version; `files` is `evidence.status` by entry, `owners` by model and role."""

    answers: Mapping[Key, Answer]
    waivers: Mapping[Key, Waiver]
    assigned: Mapping[Key, tuple[str | None, date | None]]
    files: Mapping[int, str]
    owners: Mapping[tuple[str, str], str]

    def held(self, answer: Answer | None) -> str:
        """How the file that an answer rests on stands; `held` where there is none."""
        return self.files.get(answer.evidence, "gone") if answer and answer.evidence is not None else HELD

    def who(self, key: Key, role: str) -> tuple[str | None, date | None]:
        """Who is to see to an item, and until when: assigned, else the owner of its role."""
        person, due = self.assigned.get(key, (None, None))
        return person or self.owners.get((key[0], role)), due


def read_people(draft: Draft) -> People:
    """All of it, as the tables of this draft have it."""
    ask = draft.connection.execute
    answers = ask(
        'select model, version, item, seq, "at", actor, role, met, text, evidence, digest, valid_until '
        "from room.answers"
    ).fetchall()
    waivers = ask(
        'select model, version, item, seq, "at", actor, role, reason, until, lifted_at, lifted_by, '
        "coalesce(digest, '') from room.waivers order by seq"
    ).fetchall()
    assigned = ask("select model, version, item, person, due from room.assignments").fetchall()
    return People(
        {(row[0], row[1], row[2]): _answer(*row[3:]) for row in answers},
        {(row[0], row[1], row[2]): Waiver(*row[3:]) for row in waivers},
        {(model, version, item): (person, due) for model, version, item, person, due in assigned},
        dict(ask("select seq, status from room.evidence").fetchall()),
        {
            (model, role): person
            for model, role, person in ask("select model, role, person from room.owners").fetchall()
        },
    )


def _answer(
    seq: int,
    at: datetime,
    actor: str,
    role: str,
    met: bool,
    text: str | None,
    evidence: int | None,
    digest: str,
    valid_until: datetime | None,
) -> Answer:
    return Answer(seq, at, actor, role, met, text or "", evidence, digest, valid_until)
