"""Work on a model, in one place: analyse, audit, retrain, redeploy; each with its command and what it starts from."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from watchroom.domain.last_good import last_good
from watchroom.domain.reproducibility import standing
from watchroom.reports import go_back, recipe_run, recipes
from watchroom.reports.quoting import remark, word
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import pairs as pair_queries
from watchroom.store.queries import reproducibility as run_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.pairs import Comparison
from watchroom.store.queries.versions import Version
from watchroom.ui import versions_back
from watchroom.ui import versions_words as words
from watchroom.ui.commits import commit_links, commit_text
from watchroom.ui.compare_choice import address_of
from watchroom.ui.health_subject import spec_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.scope import Scope
from watchroom.ui.states import code, empty
from watchroom.ui.text import UNKNOWN, count_of, one_line, plain, sentence, some, when
from watchroom.ui.versions_real_words import main_of, verdict
from watchroom.ui.versions_subject import Subject, local, story_of, zone
from watchroom.ui.workspace import facts

DATASETS = 4
"""Datasets of the run that are named; its own page has all."""

PARAMS = 6

RUNS = 20
"""Runs of the newest versions that are compared: more are hard to read side by side."""


def show(model: Model, chosen: Scope, made_at: datetime) -> None:
    """The tab."""
    versions = ask(queries.versions, model=model.name)
    if not versions:
        empty("There is nothing to load yet.", "No version of this model is registered.")
        return
    subject = Subject(model, versions, story_of(model.name), chosen, made_at)
    number = chosen.version or model.champion or subject.numbers[0]
    version = subject.version(number)
    if version is None:
        empty(f"There is no version {number}.", "Choose another version in the sidebar.")
        return
    what = "the champion" if number == model.champion else "as chosen" if chosen.version else "the newest"
    st.caption(f"For version {number}, {what}. Choose another under Version in the sidebar.")
    if version.files_problem:
        st.caption(f":orange[:material/warning:] Its files could not be read from here: "
                   f"{sentence(version.files_problem, 400)}")  # fmt: skip
    for part in (_analyse, _audit, _retrain, _redeploy):
        with st.container(border=True, gap="xsmall"):
            part(subject, version)
    st.caption("Watchroom changes nothing in MLflow and runs no code of yours; these run where you run them.")


def _analyse(subject: Subject, version: Version) -> None:
    model, uri = subject.model, facts().tracking_uri
    st.markdown("**:material/query_stats: Analyse** it: look at what it decides and why")
    st.markdown(f"Starts from {_decided(version)}; {_loading(version)}.")
    code(recipes.load(model.name, version.version, uri, champion=version.version == model.champion))
    if opened := decisions(subject):
        st.caption("The decisions it has made, and what it is compared with:")
        code(opened)
    params = {"model": model.name}
    with st.container(horizontal=True, gap="small"):
        link("health", "Health", icon=":material/ecg_heart:", params=params)
        link("explanations", "What drives it", icon=":material/query_stats:", params=params)
        link("fairness", "Fairness", icon=":material/balance:", params=params)
        runs = tuple(one.run_id for one in subject.versions if one.run_id and one.run_known)[:RUNS]
        if len(runs) > 1:
            link("compare", "Compare its runs", icon=":material/compare_arrows:", params=address_of(runs))


def _decided(version: Version) -> str:
    if not version.decisions:
        return "its files; the log holds no decision of it"
    return plain(
        f"its files and {count_of(version.decisions, 'decision')} in the log, up to {version.last_day:%d %b %Y}"
    )


def _loading(version: Version) -> str:
    because = f" ({plain(version.loads_why, 200)})" if version.loads_why else ""
    return {
        True: f"they can be loaded{because}",
        False: f":red[they cannot be loaded]{because}",
        None: f"whether they can be loaded is not known{because}",
    }[version.loads]


def decisions(subject: Subject) -> str:
    """Python that opens the log and the reference where the model's file says that they are; empty without a log."""
    spec = spec_of(subject.model.name)
    if spec is None or spec.decisions is None:
        return ""
    lines = ["import duckdb", "", f"decisions = duckdb.sql({_read(spec.decisions.path)!r}).df()"]
    path = getattr(spec.reference, "path", None)
    if path:
        lines.append(f"reference = duckdb.sql({_read(path)!r}).df()")
    lines.append(f"# places are relative to the workspace: {remark(facts().folder, 200)}")
    return "\n".join(lines)


def _read(paths: str | tuple[str, ...]) -> str:
    """A statement that reads files; a name with a quote in it stays a name."""
    every = (paths,) if isinstance(paths, str) else paths
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in every)
    return f"from {_reader(every[0])}([{quoted}])"


def _reader(path: str) -> str:
    return "read_csv" if ".csv" in path.lower() else "read_parquet"


def _audit(subject: Subject, version: Version) -> None:
    model = subject.model
    st.markdown("**:material/gavel: Audit** it: which version it was then, who signed, why it decided something")
    held = words.versions(subject.story.champion.holders)
    first = subject.story.registry.first_look
    since = f"since {when(first.by, zone(), now=subject.made_at)}" if first else "never"
    signed = {"valid": "approved", "void": "approved, but void", "rejected": "rejected"}
    approved = signed.get(version.approval, "not signed")
    start = f"Starts from the registry as seen {since} (champions: {held}), the log, and the ledger"
    st.markdown(
        plain(f"{start}; version {version.version} is {approved}. The tabs Approvals and History say more.", 400)
    )
    told = word(model.name)
    code(f"watchroom report decision --model {told} --id ID --version {version.version} --output decision.html\n"
         "watchroom ledger verify")  # fmt: skip
    usual = (local(subject.made_at.replace(tzinfo=None)) - timedelta(days=30)).strftime("%Y-%m-%dT12:00")
    with st.container(horizontal=True, gap="small"):
        params = {"model": model.name}
        link("versions", "Which version on a date", icon=":material/history:",
             params={**params, "view": "Then and now", "at": usual})  # fmt: skip
        link("versions", "Its time line", icon=":material/timeline:", params=params)
        link("decision", "One decision", icon=":material/gavel:", params=params)


def _retrain(subject: Subject, version: Version) -> None:
    st.markdown("**:material/model_training: Retrain** it: from the code, data and settings of its run")
    record = ask(run_queries.record, run_id=version.run_id) if version.run_id else None
    if version.run_id is None or record is None:
        gone = "Its run is not in the snapshot: it may have been removed from MLflow." if version.run_id else (
            "The registry names no run of this version, so nothing is known of how it was made.")  # fmt: skip
        st.markdown(f":orange[:material/warning:] {gone}")
        if version.run_id is None:
            return
        code(_download(version.run_id, facts().tracking_uri))
        return
    if version.run_deleted:
        st.caption(
            ":orange[:material/warning:] Its run was deleted in MLflow: restore it there before MLflow removes it for "
            "good, or these commands have nothing to download."
        )
    st.markdown("  \n".join(_start(version, record)))
    found = standing(ask(run_queries.findings, run_id=version.run_id))
    st.markdown(f"To make it again: {plain(found.sentence, 300)}")
    recipe = recipe_run.reproduce_run(record, facts().tracking_uri)
    code(f"{recipe.prepare}\n\n{recipe.run}")
    commit_links(version.commit)
    params = {"run": version.run_id, "tab": "Make it again"}
    link("run", "The whole recipe, and what is missing", icon=":material/experiment:", params=params)


def _download(run_id: str, tracking_uri: str) -> str:
    """The command that fetches what the run logged, should MLflow still have it."""
    command = f"mlflow artifacts download --run-id {word(run_id)} --dst-path run"
    return "\n".join([*recipe_run.address(tracking_uri), command])


def _start(version: Version, record: run_queries.RunRecord) -> list[str]:
    sets = [f"{one.name} {one.digest}".strip() for one in record.inputs[:DATASETS]]
    more = f" and {len(record.inputs) - DATASETS} more" if len(record.inputs) > DATASETS else ""
    params = [f"{key} = {one_line(value, 40)}" for key, value in record.params]
    python = f"Python {record.python_version}" if record.python_version else f"Python {UNKNOWN}"
    packages = "its packages are written down" if record.requirements else "its packages are not known"
    return [
        f"Run: {plain(version.run_name or version.run_id, 80)} in {plain(record.experiment or UNKNOWN, 80)}",
        f"Code: {commit_text(version.commit, version.dirty)}",
        f"Data: {plain(', '.join(sets) + more, 300) if sets else 'no dataset was logged'}",
        f"Settings: {plain(some(params, PARAMS), 400) if params else 'no parameter was logged'}",
        f"Environment: {plain(python)}, {packages}",
    ]


def _redeploy(subject: Subject, version: Version) -> None:
    model, uri = subject.model, facts().tracking_uri
    st.markdown("**:material/rocket_launch: Redeploy** it: make a version the champion, or go back to an earlier one")
    champion = f"version {model.champion} is champion" if model.champion is not None else "no version is champion"
    st.markdown(plain(f"Starts from the registry: {champion}. {_ready(subject)}", 500))
    waits = model.challenger is not None and model.challenger != model.champion and subject.scope.version is None
    number = model.challenger if waits and model.challenger is not None else version.version
    if number == model.champion:
        st.caption(f"Version {number} is champion already: choose another in the sidebar to promote that.")
    else:
        st.caption(f"Make version {number} the champion:")
        code(recipes.promote(model.name, number, uri))
    found, total = versions_back.judged(subject)
    chosen = last_good(found)
    st.caption(plain(words.back(chosen, versions_back.present(subject), total), 300))
    if chosen is not None:
        code(go_back.python(model.name, chosen.version, uri))
    params = {"model": model.name}
    with st.container(horizontal=True, gap="small"):
        link("versions", "Why, and what it changes", icon=":material/settings_backup_restore:",
             params={**params, "view": "Go back"})  # fmt: skip
        link("versions", "Champion or challenger", icon=":material/balance:",
             params={**params, "view": "Champion or challenger"})  # fmt: skip
        link("versions", "Two versions", icon=":material/difference:", params={**params, "view": "Two versions"})


def _ready(subject: Subject) -> str:
    """Whether the challenger could take over, and why not."""
    model = subject.model
    challenger = subject.version(model.challenger) if model.challenger is not None else None
    if challenger is None or challenger.version == model.champion:
        return "There is no challenger."
    against = [*_not_ready(challenger), *_not_better(subject, challenger)]
    state = "nothing known speaks against it" if not against else f"not ready: {some(against, 6)}"
    return f"The challenger is version {challenger.version}; {state}."


def _not_ready(one: Version) -> list[str]:
    found = {"rejected": "it was rejected", "void": "its approval is void", "none": "nobody has signed it off"}
    approval = found.get(one.approval)
    loads = "its files cannot be loaded" if one.loads is False else None
    signature = "it has no signature" if not one.signature_inputs and not one.files_problem else None
    return [reason for reason in (approval, loads, signature) if reason]


def _not_better(subject: Subject, one: Version) -> list[str]:
    champion = subject.model.champion
    if champion is None:
        return []
    pair = (min(champion, one.version), max(champion, one.version))
    sheet = ask(model_queries.sheet, model=subject.model.name)
    found = ask(pair_queries.comparisons, model=subject.model.name, versions=pair)
    return not_better(main_of(found, sheet.monitored if sheet else None), newer=one.version > champion)


def not_better(main: Comparison | None, *, newer: bool) -> list[str]:
    """What the shared decisions say against a challenger, which is the newer of the two or the older."""
    told = verdict(main)
    if main is None:
        return ["it has not been compared with the champion on the same decisions"]
    if told == "unknown":
        return [f"whether it is better by {main.metric} is not known: {main.why or 'too little is known'}"]
    return [] if told == ("better" if newer else "worse") else [f"it is not clearly better by {main.metric}"]
