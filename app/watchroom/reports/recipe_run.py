"""A recipe to make a run again, in four steps: code and environment, data, the run itself, and the comparison after it.

What was not recorded is said in the place where it is needed; nothing is made up.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from watchroom.reports.quoting import literal, remark, word
from watchroom.reports.recipes import connect, is_folder
from watchroom.store.queries.reproducibility import Dataset, RunRecord

_COMMIT = re.compile(r"[0-9A-Fa-f]{7,64}")
_REPOSITORY = re.compile(r"(https?|ssh)://[^\s]+|[\w.-]+@[\w.-]+:[^\s]+")
"""Not every address that git takes: `ext::…` is a command, and `--…` an option."""

_PYTHON = re.compile(r"3\.\d{1,2}(\.\d+)?")
_OPTION = 400
"""Characters of a parameter in a comment: the whole value stands in the comparison."""

_KERNELS = ("ipykernel_launcher.py", "colab_kernel_launcher.py")
_READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".json": "read_json", ".feather": "read_feather"}


@dataclass(frozen=True)
class Recipe:
    """`prepare` and `run` are for a shell (bash or zsh), `data` and `compare` for the Python of the new environment."""

    prepare: str
    data: str
    run: str
    compare: str


def reproduce_run(run: RunRecord, tracking_uri: str) -> Recipe:
    """The recipe for this run, kept in the MLflow at that address; without one the address is left to MLflow."""
    return Recipe(
        prepare="\n".join([*_code(run), "", *_environment(run)]),
        data="\n".join(_data(run)),
        run="\n".join([*address(tracking_uri, beside=True), *_start(run)]),
        compare="\n".join(_compare(run, tracking_uri)),
    )


def _code(run: RunRecord) -> list[str]:
    if _REPOSITORY.fullmatch(run.repository):
        first = f"git clone -- {word(run.repository)} again && cd again"
    else:
        first = "# in a checkout of the code: the run did not record where its repository is"
    if not run.commit:
        return [first, "# its commit was not recorded: find the code of that time by hand"]
    if not _COMMIT.fullmatch(run.commit):
        return [first, f"# what it recorded as its commit is none: {remark(run.commit)}"]
    lines = [first, f"git checkout --detach {run.commit}"]
    if run.dirty:
        lines.append("# there were uncommitted changes: the commit alone is not the code that ran")
    elif run.dirty is None:
        lines.append("# whether there were uncommitted changes was not recorded")
    return lines


def _environment(run: RunRecord) -> list[str]:
    python = run.python_version if _PYTHON.fullmatch(run.python_version) else ""
    minor = ".".join(python.split(".")[:2]) or "3"
    said = f"it was made with Python {python}" if python else "which Python it was made with was not recorded"
    lines = [f"python{minor} -m venv .venv-again  # {said}", ". .venv-again/bin/activate"]
    wanted = [line for line in run.requirements.splitlines() if line.strip()]
    if not wanted:
        return [*lines, "# its packages were not recorded: install what the code asks for, and mlflow"]
    return [
        *lines,
        "# as recorded with the model; look through it first, for pip runs what it installs",
        " \\\n".join(["printf '%s\\n' > requirements-again.txt", *(f"    {word(line)}" for line in wanted)]),
        "pip install -r requirements-again.txt",
    ]


def _data(run: RunRecord) -> list[str]:
    if not run.inputs:
        return [
            "# the run logged no dataset: whether the data is still the same cannot be told.",
            "# Find out by hand what the code of that commit reads.",
        ]
    known = [(dataset, _place(dataset)) for dataset in run.inputs]
    lines = ["import mlflow.data", "import pandas as pd"] if any(place for _, place in known) else []
    for dataset, place in known:
        lines += ["", f"# {remark(dataset.context or 'dataset', 60)}: {remark(dataset.name, 120)}"]
        lines += _check(dataset, place)
    return lines


def _check(dataset: Dataset, place: str) -> list[str]:
    if not place:
        said = f"# its digest is {remark(dataset.digest)}" if dataset.digest else "# it has no digest"
        return [f"{said}; where it lies as a file was not recorded: read it as the code does"]
    reader = _READERS[PurePosixPath(place).suffix.lower()]
    lines = [f"frame = pd.{reader}({literal(place)})"]
    if not dataset.digest:
        return [*lines, "# it has no digest: whether it is still the same cannot be told"]
    return [
        *lines,
        "digest = mlflow.data.from_pandas(frame).digest",
        f"recorded = {literal(dataset.digest)}",
        f"print({literal(dataset.name)}, 'is as it was' if digest == recorded else f'HAS CHANGED: now {{digest}}')",
    ]


def _place(dataset: Dataset) -> str:
    """Where the dataset lies as a file that pandas reads; empty when that was not recorded."""
    try:
        source = json.loads(dataset.source)
    except ValueError:
        return ""
    places = [source.get(key) for key in ("uri", "url", "path")] if isinstance(source, dict) else []
    place = next((text for text in places if isinstance(text, str)), "")
    return place if PurePosixPath(place).suffix.lower() in _READERS else ""


def address(tracking_uri: str, *, beside: bool = False) -> list[str]:
    """The lines for a shell that name the MLflow; `beside` says that a new run will be logged there."""
    if not tracking_uri:
        return []
    folder = ["export MLFLOW_ALLOW_FILE_STORE=true  # MLflow refuses a folder of mlruns without it"]
    return [
        *(folder if is_folder(tracking_uri) else []),
        f"export MLFLOW_TRACKING_URI={word(tracking_uri)}"
        f"{'  # the new run is logged there, beside the old one' if beside else ''}",
    ]


def _start(run: RunRecord) -> list[str]:
    lines = [f"export MLFLOW_EXPERIMENT_NAME={word(run.experiment)}"] if run.experiment else []
    seed = f"# the seed it recorded: {remark(run.seed)}" if run.seed else "# it recorded no seed: figures may differ"
    lines.append(seed)
    if run.source_type == "PROJECT":
        options = " ".join(f"-P {word(f'{key}={value}')}" for key, value in run.params)
        entry = f"-e {word(run.entry_point)} " if run.entry_point else ""
        return [*lines, f"mlflow run . {entry}--env-manager local {options}".rstrip()]
    return [*lines, *_script(run), *_options(run)]


def _script(run: RunRecord) -> list[str]:
    name = _within(run.source_name.replace("\\", "/"))
    if not name or name.rpartition("/")[2] in _KERNELS:
        what = "it was made in a notebook whose name" if name else "what was started"
        return [f"# {what} was not recorded: start the code by hand"]
    start = _STARTS.get(PurePosixPath(name).suffix)
    if start is None:
        return [f"# it was started as {remark(run.source_name)}"]
    if name == run.source_name:
        return [f"{start} {word(_not_an_option(name))}"]
    said = [
        f"# recorded as {remark(run.source_name)}, a place of the machine that it ran on;",
        "# which folder of the code that is was not recorded: the longest end of it that is a file here is taken.",
        f"# Is none of them one? Look for it: git ls-files | grep -F {word('/' + name.rpartition('/')[2])}",
    ]
    return [*said, f"script={word(name)}", _LONGEST_END, f'{start} "./$script"']


_STARTS = {".py": "python", ".ipynb": "jupyter nbconvert --to notebook --execute"}

_LONGEST_END = 'while [ ! -f "./$script" ] && [ "$script" != "${script#*/}" ]; do script=${script#*/}; done'


def _within(path: str) -> str:
    """The path as it may lie in the checkout: without a drive or host, and without what leads above it."""
    if not (path.startswith("/") or ":" in path or ".." in path.split("/")):
        return path
    parts = path.rpartition(":")[2].split("/")
    above = [at for at, part in enumerate(parts) if part == ".."]
    return "/".join(part for part in parts[above[-1] + 1 if above else 0 :] if part not in ("", "."))


def _not_an_option(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def _options(run: RunRecord) -> list[str]:
    if not run.params:
        return ["# it recorded no parameters"]
    said = ["# its parameters, as recorded; how the code takes them was not:"]
    return said + [f"#   --{word(key)} {word(value)}"[:_OPTION] for key, value in run.params]


def _compare(run: RunRecord, tracking_uri: str) -> list[str]:
    lines = [
        *connect(tracking_uri),
        f"before = {literal(run.run_id)}",
        _dictionary("metrics", run.metrics),
        _dictionary("params", run.params),
        *([f"# {run.cut:,} more were logged and are left out here"] if run.cut else []),
        "",
        f"runs = mlflow.search_runs([{literal(run.experiment_id)}], order_by=['attributes.start_time DESC'],",
        "                          max_results=1, output_format='list')",
        "assert runs and runs[0].info.run_id != before, 'there is no newer run in its experiment'",
        "data = runs[0].data",
        "for name, value in metrics.items():",
        "    print('metric', repr(name), value, data.metrics.get(name, 'not logged'))  # before, after",
        "for name, value in params.items():",
        "    if data.params.get(name) != value:",
        "        print('parameter', repr(name), 'was', repr(value), 'is', repr(data.params.get(name)))",
    ]
    return (
        lines if run.metrics else [*lines, "# the run recorded no metrics: there is nothing to compare its quality by"]
    )


def _dictionary(name: str, entries: tuple[tuple[str, str], ...] | tuple[tuple[str, float], ...]) -> str:
    if not entries:
        return f"{name} = {{}}"
    rows = "".join(f"    {literal(key)}: {literal(value)},\n" for key, value in entries)
    return f"{name} = {{\n{rows}}}"
