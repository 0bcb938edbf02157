"""The `watchroom` command. Each subcommand reads its options, calls one function of the package, and prints the answer.

Imports stand inside the subcommands, so that `watchroom --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchroom import __version__
from watchroom.domain.roles import DATA_SCIENCE, SPEAKING
from watchroom.errors import SettingError, WatchroomError
from watchroom.settings import Settings, cli_options

if TYPE_CHECKING:
    import pandas as pd

    from watchroom.ledger.evidence import About

_REFRESH_SETTINGS = (
    "workspace",
    "http_timeout_seconds",
    "http_retries",
    "reconcile_runs",
    "full_reconcile_hours",
    "lock_wait_seconds",
    "keep_snapshots",
    "explain_seconds",
    "explain_memory_mb",
)
_SERVE_SETTINGS = (
    "workspace",
    "host",
    "port",
    "query_seconds",
    "page_rows",
    "stale_running_days",
    "memory_limit_mb",
    "threads",
)

_PERIODS = "The last whole week, month, quarter or year; or one by name: 2026-W43, 2026-10, 2026-Q3, 2026."


def main() -> None:
    """The entry point: a WatchroomError is three plain sentences on standard error and exit code 1."""
    try:
        cli(standalone_mode=True)
    except WatchroomError as error:
        _print_error(error)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="watchroom")
def cli() -> None:
    """One room for the people round a set of ML models.

    \b
    watchroom demo DIR                 a workspace with five models to look at
    watchroom init DIR --mlflow URI    a workspace over your own MLflow
    watchroom new DIR                  a project for a new model, from six questions
    watchroom refresh                  read what has changed, publish a snapshot
    watchroom serve                    open the room
    """  # noqa: D301 - not raw: the character keeps click from joining the lines


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--mlflow", "tracking_uri", required=True, help="http(s)://…, sqlite:///FILE, or a folder of mlruns.")
@cli_options("http_timeout_seconds", "http_retries")
def init(folder: Path, tracking_uri: str, **options: str | None) -> None:
    """Write a commented workspace into FOLDER, with a file for each registered model of that MLflow."""
    from watchroom.domain.addresses import without_login
    from watchroom.jobs.init import init_from_mlflow

    started = init_from_mlflow(folder, tracking_uri, _settings(options))
    report = started.files
    click.echo(f"Registered models found: {started.models}.")
    for path in report.written:
        click.echo(f"wrote {path}")
    for path in report.kept:
        click.echo(f"kept  {path}")
    for left_out in report.left_out:
        click.echo(str(left_out), err=True)
    if tracking_uri != without_login(tracking_uri):
        click.echo("The password was not written: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.", err=True)
    click.echo(f"Next: look the files over, then `watchroom refresh --workspace {folder}`.")


@cli.command()
@cli_options("workspace")
def check(**options: str | None) -> None:
    """Check the workspace's files; every mistake with its file, line and field. Exit code 1 when there is one."""
    from watchroom.jobs.checks.own_files import own_mistakes
    from watchroom.workspace.check import check_workspace

    report = check_workspace(_settings(options).workspace, besides=own_mistakes)
    for line in report.lines():
        click.echo(line)
    sys.exit(0 if report.ok else 1)


@cli.command()
@click.option("--full", is_flag=True, help="Read everything anew instead of what has changed.")
@click.option("--accept-ledger", is_flag=True, help="Take a ledger that was cut or replaced, if its chain holds.")
@cli_options(*_REFRESH_SETTINGS)
def refresh(full: bool, accept_ledger: bool, **options: str | None) -> None:
    """Read what has changed in MLflow and the workspace, and publish the next snapshot."""
    from watchroom.jobs.refresh import refresh as run

    settings = _settings(options)
    report = run(
        settings.workspace,
        settings,
        full=full,
        accept_ledger=accept_ledger,
        progress=lambda step: click.echo(f"{step} …", err=True),
    )
    for step, detail in report.steps:
        click.echo(f"{step}: {detail}" if detail else step)
    if report.problems:
        click.echo(f'Not read, or only in part: {report.problems}. See Status, or `watchroom sql "from problems"`.')
    click.echo(f"Snapshot {report.snapshot_id} published in {report.seconds:.1f} s.")


@cli.command()
@cli_options(*_SERVE_SETTINGS)
def serve(**options: str | None) -> None:
    """Open the room in a browser on this machine."""
    from watchroom.serve import serve as run
    from watchroom.workspace.load import load_workspace

    settings = _settings(options)
    workspace = load_workspace(settings.workspace)
    if workspace.settings is None:  # whether sign-in is asked for is then not known: nobody is let in on a guess
        raise workspace.problems[0]
    run(settings, store=workspace.store, auth=workspace.settings.auth)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("data"))
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="The demo's last day. [default: today, UTC]")
@click.option(
    "--scale", type=click.FloatRange(0.01, 10), default=1.0, show_default=True, help="How many decisions, as a factor."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed makes another world.")
@click.option("--if-missing", is_flag=True, help="Do nothing when the demo is there already.")
def demo(folder: Path, end: datetime | None, scale: float, seed: int, if_missing: bool) -> None:
    """Make a workspace in FOLDER (default: data) with five models, trained here, and six months of their decisions."""
    from watchroom import demo as room
    from watchroom.jobs.refresh import refresh as run
    from watchroom.store.manifest import StoreFolder

    settings = Settings.load(os.environ, workspace=str(folder))
    if if_missing and room.is_built(folder) and StoreFolder(folder / "store").pointer.exists():
        return
    if not (if_missing and room.is_built(folder)):
        with _progress("Building the demo") as progress:
            room.build(folder, end=_day(end), scale=scale, seed=seed, progress=progress)
    report = run(folder, settings, progress=lambda step: click.echo(f"{step} …", err=True))
    if room.govern(folder):  # what the demo's people did about what the refresh found
        report = run(folder, settings)
    click.echo(f"The demo is in {folder}, snapshot {report.snapshot_id}. Next: `watchroom serve --workspace {folder}`.")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--model", help="1. The name that MLflow registers it under.")
@click.option("--purpose", help="2. What it is for, in a sentence.")
@click.option("--affects", multiple=True, help="Who or what relies on it; more than once for several.")
@click.option("--task", help="3. binary, multiclass or regression.")
@click.option("--classes", help="What its answers are called: `genuine, fraud` for 0 and 1; the classes of multiclass.")
@click.option("--unit", help="The unit of a predicted amount.")
@click.option("--input", "inputs", multiple=True, help="4. `amount`, `channel: category: web, app`, `abroad: boolean`.")
@click.option("--dataset", "datasets", multiple=True, help="A dataset that it is to learn from, as MLflow knows it.")
@click.option("--like", help="A model whose inputs to take over, from the workspace's snapshot.")
@click.option("--business", help="5. The business risk: low, medium or high.")
@click.option("--legal", help="The legal risk.")
@click.option("--ethical", help="The ethical risk.")
@click.option("--reason", help="Why the risk was judged so.")
@click.option(
    "--owner", "owners", multiple=True, help="6. role=person; business, data_science and operations at least."
)
@cli_options("workspace")
def new(folder: Path, workspace: str | None, **given: str | tuple[str, ...] | None) -> None:
    """Make a project for a new model in FOLDER: a training script, tests, checklists, a model file.

    In a terminal it asks for what the options leave open.
    """
    from watchroom.jobs.new_project import check_empty, known_if_any, known_models, write_project
    from watchroom.new_command import Given, answers_of, asked
    from watchroom.reports.new_project.answers import mistakes

    check_empty(folder)
    settings = _settings({"workspace": workspace})
    models = known_models(settings) if given["like"] else known_if_any(settings)
    answers = answers_of(Given(**given), models)  # type: ignore[arg-type]
    if sys.stdin.isatty():
        answers = asked(answers)
    wrong = mistakes(answers)
    for mistake in wrong:
        _print_error(mistake)
    if wrong:
        sys.exit(1)
    written = write_project(folder, answers, models)
    click.echo(f"Wrote {len(written)} files into {folder}, tier {answers.tier}. Next, in that folder:")
    click.echo("  git init && git add . && git commit -m Begin")
    click.echo("  pip install -r requirements.txt && python train.py --champion && python serve_sample.py")
    click.echo("  watchroom refresh --workspace . && watchroom serve --workspace .")


@cli.command()
@click.argument("statement")
@click.option("--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@cli_options("workspace", "sql_seconds", "sql_rows")
def sql(statement: str, shape: str, **options: str | None) -> None:
    """Ask the current snapshot a question in SQL, read only. The tables are in docs/tables.md."""
    from watchroom.store.snapshot import ReaderLimits, SnapshotStore
    from watchroom.workspace.load import load_workspace

    settings = _settings(options)
    store = SnapshotStore(load_workspace(settings.workspace).store, ReaderLimits.of(settings))
    try:
        with store.lease() as snapshot:
            frame, more = snapshot.page(statement, settings.sql_rows, seconds=settings.sql_seconds)
    finally:
        store.close()
    click.echo(_rendered(frame, shape), nl=False)
    if more:
        click.echo(f"Only the first {settings.sql_rows:,} rows: raise --sql-rows for more.", err=True)


@cli.group()
def report() -> None:
    """Documents to take out of the room."""


@report.command("decision")
@click.option("--model", required=True, help="The registered model's name.")
@click.option("--id", "prediction_id", required=True, help="The id of the decision, as logged.")
@click.option("--version", type=click.IntRange(min=1), help="The version. [default: the champion of that time]")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.html or FILE.pdf.")
@cli_options("workspace", "query_seconds", "explain_memory_mb")
def decision_(model: str, prediction_id: str, version: int | None, output: Path, **options: str | None) -> None:
    """Write one page that says why a model decided one thing as it did."""
    import getpass

    from watchroom.jobs.decision_report import decision_report
    from watchroom.reports.one_page import kind_of

    kind = kind_of(output.name)
    _must_be_a_place(output)
    by = f"{getpass.getuser()} on the command line"
    _write(output, decision_report(_settings(options), model, prediction_id, version=version, kind=kind, asked_by=by))


@report.command("model")
@click.argument("name")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.html or FILE.pdf.")
@click.option("--period", default="month", show_default=True, help=_PERIODS)
@cli_options("workspace", "query_seconds")
def model_(name: str, output: Path, period: str, **options: str | None) -> None:
    """Write what the model NAME is worth on a page or two: targets, money, what to do next."""
    _report(name, output, period, options)


@report.command("portfolio")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.html or FILE.pdf.")
@click.option("--period", default="month", show_default=True, help=_PERIODS)
@cli_options("workspace", "query_seconds")
def portfolio_(output: Path, period: str, **options: str | None) -> None:
    """Write what all models are worth on a page or two: money, how they get to production, what to do next."""
    _report(None, output, period, options)


@report.command("card")
@click.argument("name")
@click.option("--version", type=click.IntRange(min=1), help="The version. [default: the champion, else the newest]")
@click.option("--against", type=click.IntRange(min=1), help="Another version: then what differs from it.")
@click.option("--format", "form", type=click.Choice(["huggingface"]), help="A README.md with Hugging Face's metadata.")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.html, FILE.md or FILE.pdf."
)
@cli_options("workspace", "query_seconds")
def card_(
    name: str, version: int | None, against: int | None, form: str | None, output: Path, **options: str | None
) -> None:
    """Write the model card of NAME: what it is, for whom, with what limits, as the store knows it."""
    import getpass

    from watchroom.jobs.card_report import card_report, kind_of

    kind = kind_of(output.name, form)
    _must_be_a_place(output)
    by = f"{getpass.getuser()} on the command line"
    made = card_report(_settings(options), name, version=version, against=against, kind=kind, asked_by=by)
    _write(output, made)


@report.command("pack")
@click.argument("name")
@click.option("--version", type=click.IntRange(min=1), help="The version. [default: the champion, else the newest]")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="FILE.zip, or a FOLDER that is new.")
@cli_options("workspace", "query_seconds")
def pack_(name: str, version: int | None, output: Path, **options: str | None) -> None:
    """Write the handover pack of NAME: card, checklist with evidence, sign-offs, history, and how to run it.

    A team reads it without Watchroom: begin with its index.html.
    """
    import getpass

    from watchroom.jobs.pack_report import pack_report

    _must_be_a_place(output)
    by = f"{getpass.getuser()} on the command line"
    files = pack_report(_settings(options), name, version=version, output=output, asked_by=by)
    click.echo(f"wrote {output}, {files} files")


def _report(model: str | None, output: Path, period: str, options: dict[str, str | None]) -> None:
    from watchroom.reports.one_page import kind_of

    kind = kind_of(output.name)
    _must_be_a_place(output)
    if kind == "html":
        made = _page(model, period, options).encode(errors="replace")
    else:
        from watchroom.reports.pdf import TWO_SHEETS, printer

        with printer(TWO_SHEETS) as printed:  # it loads while the page is made
            made = printed(_page(model, period, options))
    _write(output, made)


def _must_be_a_place(output: Path) -> None:
    """That a file can be put there, before a page is made for it."""
    if not output.absolute().parent.is_dir():
        raise SettingError(f"There is no folder {output.parent}.", next_step="Make it, or name another place.")


def _write(output: Path, made: bytes) -> None:
    try:
        output.write_bytes(made)
    except OSError as error:
        raise SettingError(
            f"{output} could not be written.", why=str(error), next_step="Name another place."
        ) from error
    click.echo(f"wrote {output}")


def _page(model: str | None, period: str, options: dict[str, str | None]) -> str:
    import getpass

    from watchroom.jobs.report import report as make

    return make(_settings(options), model, period=period, asked_by=f"{getpass.getuser()} on the command line")


@cli.group()
def policy() -> None:
    """What is asked of a model before it goes on, by stage and tier."""


@policy.command("show")
@click.argument("name", default="default")
@click.option(
    "--tier", type=click.Choice(["low", "medium", "high", "critical"]), help="Only what it asks of that tier."
)
@click.option(
    "--stage", type=click.Choice(["discovery", "pilot", "deploy", "monitor", "support"]), help="Only a stage."
)
@cli_options("workspace")
def show_(name: str, tier: str | None, stage: str | None, **options: str | None) -> None:
    """Print what the policy NAME (default: the one that ships) asks, and who signs it off."""
    from watchroom.jobs.policy_text import policy_named, policy_text

    click.echo(policy_text(policy_named(_settings(options).workspace, name), tier, stage), nl=False)


@policy.command("copy")
@click.argument("name", default="own")
@click.option("--whole", is_flag=True, help="Every item in full, instead of a file that changes the one that ships.")
@cli_options("workspace")
def copy_(name: str, whole: bool, **options: str | None) -> None:
    """Write policies/NAME.yaml (default: own) into the workspace, to begin a policy of your own from."""
    from watchroom.jobs.policy_text import copy_policy

    click.echo(f"wrote {copy_policy(_settings(options).workspace, name, whole=whole)}")


@cli.group()
def evidence() -> None:
    """Files that show something about a model version: test reports, documents, pictures, figures."""


@evidence.command("add")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--model", required=True, help="The registered model's name.")
@click.option("--version", required=True, type=click.IntRange(min=1), help="The model version.")
@click.option("--item", help="The item of the checklist that it is for, by its id.")
@click.option("--note", default="", help="What it shows.")
@click.option("--role", type=click.Choice(SPEAKING), default=DATA_SCIENCE, show_default=True, help="In which role.")
@cli_options("workspace")
def add_(file: Path, model: str, version: int, item: str | None, note: str, role: str, **options: str | None) -> None:
    """Keep FILE as evidence for a model version. JUnit XML is read as tests passed and failed."""
    from watchroom.jobs.evidence_commands import add_evidence

    click.echo(add_evidence(_settings(options), file, _about(model, version, item, note), role))


@evidence.command("list")
@click.option("--model", help="Only of this model.")
@click.option("--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@cli_options("workspace")
def list_(model: str | None, shape: str, **options: str | None) -> None:
    """Print what was kept, as it stands now, with whether each file is still what was kept."""
    from watchroom.jobs.evidence_commands import list_evidence

    click.echo(_rendered(list_evidence(_settings(options), model), shape), nl=False)


@evidence.command("withdraw")
@click.argument("entry", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why it is evidence no longer.")
@cli_options("workspace")
def withdraw_(entry: int, reason: str, **options: str | None) -> None:
    """Say that the file of the ledger's ENTRY is evidence no longer; it stays in the ledger."""
    from watchroom.jobs.evidence_commands import withdraw_evidence

    click.echo(withdraw_evidence(_settings(options), entry, reason))


def _about(model: str, version: int, item: str | None, note: str) -> About:
    from watchroom.ledger.evidence import About

    return About(model, version, item, note)


@cli.group()
def ledger() -> None:
    """The append-only record of what people decided and what the registry was seen to be."""


@ledger.command()
@cli_options("workspace")
def verify(**options: str | None) -> None:
    """Check the ledger's chain against itself and the current snapshot. Exit code 1 when it is broken.

    Triggers that are gone are a warning.
    """
    from watchroom.jobs.verify import verify_ledger

    verification = verify_ledger(_settings(options).workspace)
    click.echo(verification.summary())
    for line in verification.lines():
        click.echo(f"  {line}")
    if warning := verification.warning():
        click.echo(f"Warning: {warning}", err=True)
    sys.exit(0 if verification.ok else 1)


@ledger.command()
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.jsonl.")
@click.option("--model", help="Only entries about this model.")
@click.option("--kind", "kinds", multiple=True, help="Only entries of this kind; more than once for several.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@cli_options("workspace")
def export(output: Path, model: str | None, kinds: tuple[str, ...], force: bool, **options: str | None) -> None:
    """Write the ledger as JSON lines with its chain, to be verified without Watchroom (docs/ledger.md)."""
    from watchroom.jobs.verify import export_ledger

    _must_be_a_place(output)
    written = export_ledger(_settings(options).workspace, output, model=model, kinds=kinds, force=force)
    click.echo(f"wrote {output}: {written.entries:,} entries")
    if not (model or kinds):
        click.echo(f"Keep this where nobody can change it: head {written.head.seq} {written.head.hash}")


@cli.command()
@click.argument("file", type=click.Choice(["model", "policy", "regulation", "watchroom"]))
def schema(file: str) -> None:
    """Print the JSON Schema of a workspace file, for editors."""
    import json

    from watchroom.workspace.schema import json_schema

    click.echo(json.dumps(json_schema(file), indent=2))


def _settings(options: dict[str, str | None]) -> Settings:
    return Settings.load(os.environ, **options)


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _rendered(frame: pd.DataFrame, shape: str) -> str:
    from watchroom.sql_output import as_csv, as_json, as_table

    return {"csv": as_csv, "json": as_json, "table": as_table}[shape](frame)


@contextmanager
def _progress(label: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, and a line for each step elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step, share: click.echo(f"{label}: {share:4.0%} {step}", err=True)
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr, item_show_func=lambda step: step or "") as bar:
        yield lambda step, share: bar.update(max(0, int(share * 1000) - bar.pos), step)


def _print_error(error: WatchroomError) -> None:
    place = getattr(error, "place", "")
    click.echo(f"{place}: {error.what}" if place else error.what, err=True)
    for line in (error.why, error.next_step):
        if line:
            click.echo(f"  {line}", err=True)
