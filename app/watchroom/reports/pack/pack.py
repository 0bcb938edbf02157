"""The handover pack of a model version: its pages, its evidence, its tables, its code, each with what it is for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from watchroom.errors import WatchroomError
from watchroom.reports.card import facts, html, hub, markdown
from watchroom.reports.card import known as card_known
from watchroom.reports.card.basics import when
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import Card, Section
from watchroom.reports.one_page import Asked, Column, Html, answer_box, cut, document, made, pairs, table, text
from watchroom.reports.pack import pages, tables
from watchroom.reports.pack.how_to import Part, how_to
from watchroom.reports.pack.shape import MOST_EVIDENCE, SUMS, Besides, File, Pack, safe_name
from watchroom.store.queries import status
from watchroom.store.queries.card import Kept
from watchroom.store.snapshot import Snapshot

_BACK = "<p class='small'><a href='index.html'>Contents of this pack</a></p>"


def pack(
    snapshot: Snapshot, besides: Besides, asked: Asked, zone: ZoneInfo, *, model: str, version: int | None = None
) -> Pack:
    """The pack of a version; of the champion, else of the newest version, where none is given.

    Raises StoreError for a model or a version that the snapshot does not know.
    """
    known = card_known.read(snapshot, model=model, version=version)
    card = facts.of_known(known)
    evidence, missing = _evidence(known.evidence, besides)
    code = how_to(snapshot, known, status.workspace(snapshot).get("tracking_uri") or "")
    files = [
        *_pages(snapshot, known, card, besides, asked, zone),
        File(
            "how-to.html",
            _page("How to run, roll back and make it again", card, _code(code)),
            "run, roll back, reproduce",
        ),
        File("evidence.html", _page("Evidence", card, _kept(known.evidence, evidence, missing)), "files of evidence"),
        *evidence.values(),
        *_code_files(code),
        *_sources(known, card, besides),
        *tables.tables(snapshot, model=model, version=known.number),
    ]
    name = f"{safe_name(model)}{'' if known.number is None else f'-{known.number}'}-handover"
    return Pack(name, (File("index.html", _index(card, files, missing, asked, zone)), *files))


def _pages(
    snapshot: Snapshot, known: Known, card: Card, besides: Besides, asked: Asked, zone: ZoneInfo
) -> Iterator[File]:
    yield File(
        "card.html", html.html(card, asked, zone).encode(errors="replace"), "the model card: what it is, its limits"
    )
    queries = tables.check_queries(snapshot, model=card.model, version=card.version)
    made_of = (
        ("checklist.html", "Checklist", pages.checklist(known, queries), "every item with what it rests on"),
        ("sign-offs.html", "Sign-offs and findings", pages.sign_offs(known), "who approved what, and what is open"),
        ("health.html", "Health", pages.watched(snapshot, known), "performance, drift, alerts, money"),
        ("explanation.html", "Explanation", pages.explanation(snapshot, known), "what drives its answers"),
        (
            "history.html",
            "History",
            pages.history(snapshot, known, besides.entries, besides.left_out),
            "who decided what, when",
        ),
    )
    for path, title, sections, about in made_of:
        yield File(path, _page(title, card, _sections(sections)), about)


def _sections(sections: Iterable[Section]) -> str:
    return "".join(html.section(one) for one in sections)


def _page(title: str, card: Card, body: str) -> bytes:
    version = "" if card.version is None else f", version {card.version}"
    head = f"<header>{_BACK}<h1>{text(title)}: {text(cut(card.title, 70))}{version}</h1></header>"
    page = document(f"{title}: {cut(card.title, 70)}", [head, body, html.foot()], html.STYLE)
    return page.encode(errors="replace")


def _index(card: Card, files: Sequence[File], missing: dict[int, str], asked: Asked, zone: ZoneInfo) -> bytes:
    """The page that a reader opens first."""
    parts = [
        f"<header><h1>Handover pack: {text(cut(card.title, 70))}</h1><div class='two'>{pairs(html.subject(card))}"
        f"{pairs(made(asked, card.snapshot, card.made_at, zone))}</div></header>",
        answer_box(card.answers),
        html.unknown(card).replace("href='#", "href='card.html#"),
        _contents(files),
        _missing(missing),
        "<section><h2>Whether it is whole</h2><p>In this folder, <code>sha256sum -c "
        f"{SUMS}</code> (on a Mac <code>shasum -a 256 -c {SUMS}</code>) says of every file whether it is as packed. "
        "Raw decisions and the model's own files are not in it: how-to.html says where they are.</p></section>",
        html.foot(),
    ]
    return document(f"Handover pack: {cut(card.title, 70)}", parts, html.STYLE).encode(errors="replace")


def _contents(files: Sequence[File]) -> str:
    columns = [Column("File", 42, "w"), Column("What it is", None, "w")]
    rows = [(Html(f"<a href='{text(one.path)}'>{text(one.path)}</a>"), one.about) for one in files]
    return f"<section><h2>Contents</h2>{table(columns, rows)}</section>"


def _missing(missing: dict[int, str]) -> str:
    if not missing:
        return ""
    told = "".join(f"<li>entry {seq}: {text(cut(why, 200))}</li>" for seq, why in missing.items())
    return f"<section><h2>Not in it</h2><p>Evidence that could not be packed:</p><ul>{told}</ul></section>"


def _evidence(kept: Sequence[Kept], besides: Besides) -> tuple[dict[int, File], dict[int, str]]:
    """The files of evidence by the ledger's entry, and why others could not be taken."""
    files: dict[int, File] = {}
    missing: dict[int, str] = {}
    room = MOST_EVIDENCE
    for one in kept:
        if one.status == "withdrawn":
            continue
        if one.size > room:
            missing[one.seq] = f"{one.name}: the pack would be larger than {MOST_EVIDENCE // 1024**2} MiB"
            continue
        try:
            data = besides.evidence(one)
        except WatchroomError as error:
            missing[one.seq] = f"{one.name}: {error.what}"
            continue
        room -= len(data)
        files[one.seq] = File(f"evidence/{_evidence_name(one)}", data, f"evidence: {cut(one.name, 80)}")
    return files, missing


def _evidence_name(one: Kept) -> str:
    """A name that tells of what was added, ends as its bytes do, and is there once.

    XML ends as text besides: a browser would run what it holds.
    """
    stem, ending = one.name.rpartition(".")[0] or one.name, one.path.rpartition("/")[2].rpartition(".")[2]
    kept = safe_name(ending, 8) if ending else ""
    shown = f"{kept}.txt" if kept.lower() == "xml" else kept
    return f"{one.sha256[:12]}-{safe_name(stem, 40)}{f'.{shown}' if shown else ''}"


def _kept(kept: Sequence[Kept], files: dict[int, File], missing: dict[int, str]) -> str:
    if not kept:
        return "<p class='gap'><b>Unknown</b>: no evidence was kept for this version.</p>"
    names = ("For", "Tests", "Added", "Stands", "SHA-256")
    columns = [Column("File", 34, "w"), *(Column(name, None, "w") for name in names)]
    rows = [
        [
            Html(f"<a href='{text(files[one.seq].path)}'>{text(cut(one.name, 80))}</a>")
            if one.seq in files else cut(one.name, 80),
            one.item or "no item in particular", _tests(one), f"{when(one.at)} UTC by {cut(one.by, 60)}",
            missing.get(one.seq, one.status), one.sha256,
        ]
        for one in kept
    ]  # fmt: skip
    return table(columns, rows)


def _tests(one: Kept) -> str:
    return (
        "–" if one.tests is None else f"{one.tests:,} tests, {one.failed or 0:,} failed, {one.skipped or 0:,} skipped"
    )


def _code(parts: Sequence[Part]) -> str:
    told = []
    for part in parts:
        steps = "".join(
            f"<h3>{text(cut(step.title, 90))}</h3><p>{text(cut(step.text, 900))}"
            + (f" <a href='{step.file}'>{step.file}</a></p><pre>{text(step.code)}</pre>" if step.code else "</p>")
            for step in part.steps
        )
        told.append(f"<section id='{part.key}'><h2>{text(part.title)}</h2>{steps}</section>")
    return "".join(told)


def _code_files(parts: Sequence[Part]) -> Iterator[File]:
    for part in parts:
        for step in part.steps:
            if step.code:
                yield File(step.file, step.code.encode(errors="replace"), f"{part.title.lower()}: {step.title}")


def _sources(known: Known, card: Card, besides: Besides) -> Iterator[File]:
    """The card in other forms, the model's file, the history with its hashes."""
    yield File("card.md", markdown.markdown(card).encode(errors="replace"), "the card as Markdown")
    yield File(
        "README-huggingface.md", hub.readme(card).encode(errors="replace"), "the card with Hugging Face's metadata"
    )
    if known.about.spec is not None:
        spec = json.dumps(json.loads(known.about.spec), indent=2, ensure_ascii=False)
        yield File("model.json", f"{spec}\n".encode(errors="replace"), "what the model's file says, defaults filled in")
    if besides.lines:
        lines = "".join(besides.lines).encode(errors="replace")
        yield File("history.jsonl", lines, "the ledger's entries on this model, with their hashes")
