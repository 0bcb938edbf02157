"""Whatever is wrong with a log is counted and told, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.jobs.profile_room import LogRoom, cases, changed, labels, reference
from watchroom.domain import bins

GOOD = 300


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    room = LogRoom(tmp_path / "workspace")
    room.spec()
    room.write(reference(), "reference.parquet")
    room.write(good(), "decisions/good.parquet")
    return room


def good() -> pd.DataFrame:
    return cases(GOOD)


def more(n: int = 10) -> pd.DataFrame:
    return cases(n, seed=5)


def with_column(column: str, values: Any) -> Callable[[LogRoom], None]:
    def write(room: LogRoom) -> None:
        frame = more().astype({column: object})
        frame.loc[: len(values) - 1, column] = values
        room.write(frame, "decisions/odd.csv")

    return write


def without(column: str) -> Callable[[LogRoom], None]:
    return lambda room: room.write(more().drop(columns=column), "decisions/odd.parquet") and None


def cut(path: str, keep: float) -> Callable[[LogRoom], None]:
    def write(room: LogRoom) -> None:
        target = room.write(cases(5000, seed=5), path)
        whole = target.read_bytes()
        target.write_bytes(whole[: int(len(whole) * keep)])

    return write


def damaged_page(room: LogRoom) -> None:
    target = room.write(cases(5000, seed=5), "decisions/odd.parquet", compression="snappy")
    whole = bytearray(target.read_bytes())
    whole[2000:9000] = b"\xff" * 7000
    target.write_bytes(bytes(whole))


def empty(path: str) -> Callable[[LogRoom], None]:
    def write(room: LogRoom) -> None:
        target = room.folder / "lake" / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(b"")

    return write


def twice(room: LogRoom) -> None:
    room.write(good().head(7), "decisions/again.parquet")


def outcomes(frame: pd.DataFrame, path: str = "outcomes/all.csv") -> Callable[[LogRoom], None]:
    return lambda room: room.write(frame, path) and None


def blank_beside_outcomes(room: LogRoom) -> None:
    (room.folder / "lake/decisions/odd.csv").write_bytes(b"\xef\xbb\xbf\r\n")
    room.write(labels(good()), "outcomes/all.csv")


def both_zones(room: LogRoom) -> None:
    text = more()["timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    room.write(
        more().assign(timestamp=[f"{one}+00:00" if n % 2 else one for n, one in enumerate(text)]), "decisions/odd.csv"
    )


ODD: dict[str, tuple[Callable[[LogRoom], None], str, int]] = {
    "an id twice": (twice, "7 decisions stand in the log twice", GOOD),
    "no id": (with_column("prediction_id", [None, " "]), "2 of 10 rows have no id", GOOD + 8),
    "no time": (with_column("timestamp", [None, "yesterday", "1767225600"]), "3 of 10 rows have a time", GOOD + 7),
    "no version": (with_column("model_version", [None, "v2", "1.5"]), "3 of 10 rows have no model version", GOOD + 7),
    "times that stand for none": (
        with_column("timestamp", ["0001-01-01", "9999-12-31", "infinity", "12026-03-01 00:00:00"]),
        "4 of 10 rows have a time",
        GOOD + 6,
    ),
    "versions below one": (with_column("model_version", [0, -1]), "2 of 10 rows have no model version", GOOD + 8),
    "line breaks in values": (with_column("region", ["a\nb", None]), "", GOOD + 10),
    "an index without a name": (
        lambda room: more().to_csv(room.folder / "lake/decisions/odd.csv"),
        "",
        GOOD + 10,
    ),
    "an empty file of outcomes": (empty("outcomes/none.csv"), "note lake/outcomes/none.csv: The file is empty", GOOD),
    "a version not in MLflow": (
        with_column("model_version", [9]),
        "1 decisions are of a version that MLflow",
        GOOD + 10,
    ),
    "no id column": (without("prediction_id"), "The file has no column `prediction_id`", GOOD),
    "no time column": (without("timestamp"), "The file has no column `timestamp`", GOOD),
    "no version column": (without("model_version"), "The file has no column `model_version`", GOOD),
    "no feature column": (without("age"), "The file has no column `age`; its rows count as missing", GOOD + 10),
    "a blank CSV beside outcomes": (blank_beside_outcomes, "note lake/decisions/odd.csv: The file is empty", GOOD),
    "an empty CSV": (empty("decisions/odd.csv"), "note lake/decisions/odd.csv: The file is empty", GOOD),
    "an empty Parquet": (empty("decisions/odd.parquet"), "note lake/decisions/odd.parquet: The file is empty", GOOD),
    "a header alone": (outcomes(more().head(0), "decisions/odd.csv"), "odd.csv: The file is empty", GOOD),
    "no rows": (outcomes(more().head(0), "decisions/odd.parquet"), "odd.parquet: The file is empty", GOOD),
    "half a Parquet file": (cut("decisions/odd.parquet", 0.6), "odd.parquet: The file cannot be read", GOOD),
    "a damaged page": (damaged_page, "odd.parquet: The file cannot be read", GOOD),
    "not a table": (
        lambda room: (room.folder / "lake/decisions/odd.csv").write_bytes(b"\xff\xfe\x00\x01" * 100) and None,
        "lake/decisions/odd.csv: The file",
        GOOD,
    ),
    "times with and without zone": (both_zones, "times with a zone and times without", GOOD + 10),
    "an outcome without a decision": (
        outcomes(labels(cases(20, seed=77), share=1)),
        "20 outcomes have an id that no decision has",
        GOOD,
    ),
    "an outcome of another type": (
        outcomes(labels(good(), share=1).head(9).assign(label=["maybe", None, *[1] * 7])),
        "2 of 9 rows have an outcome that is missing or does not fit",
        GOOD,
    ),
    "an outcome file without its value": (
        outcomes(labels(good()).drop(columns="label")),
        "The file has no column `label`; its rows are left out",
        GOOD,
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_wrong_is_told_and_the_rest_is_counted(room: LogRoom, odd: str):
    write, told, decisions = ODD[odd]
    write(room)
    profiled = room.profile()
    assert told in profiled.said()
    assert profiled["volume"]["decisions"].sum() == decisions
    again = room.profile()
    assert again.said() == profiled.said(), "what holds is said by each refresh"
    assert again.days_counted() == set()


def test_a_file_that_was_half_written_is_counted_when_it_is_whole(room: LogRoom):
    cut("decisions/odd.parquet", 0.6)(room)
    room.profile()
    room.write(cases(5000, seed=5), "decisions/odd.parquet")
    profiled = room.profile()
    assert profiled["volume"]["decisions"].sum() == GOOD + 5000
    assert "cannot be read" not in profiled.said()


def test_a_csv_that_ends_in_the_middle_of_a_row_counts_the_whole_rows(room: LogRoom):
    target = room.write(more(), "decisions/odd.csv")
    lines = target.read_text().splitlines()
    target.write_text("\n".join([*lines[:5], lines[5][:12]]))
    assert room.profile()["volume"]["decisions"].sum() == GOOD + 4
    target.write_text("\n".join(lines) + "\n")
    assert room.profile()["volume"]["decisions"].sum() == GOOD + 10


def test_zoned_times_are_counted_on_their_utc_day(room: LogRoom):
    frame = more(2).assign(timestamp=["2026-03-09 00:30:00+02:00", "2026-03-09T23:30:00-01:00"])
    room.write(frame, "decisions/odd.csv")
    zoned = pd.to_datetime(frame["timestamp"].tolist(), utc=True, format="ISO8601").tz_convert("Europe/Berlin")
    room.write(frame.assign(timestamp=zoned, prediction_id=["a", "b"]), "decisions/zoned.parquet")
    days = room.profile()["volume"].set_index("day")["decisions"]
    assert days[pd.Timestamp("2026-03-08")] == 2
    assert days[pd.Timestamp("2026-03-10")] == 2


def test_values_of_another_type_are_counted_as_invalid(room: LogRoom):
    frame = more().astype({"amount": object, "score": object, "prediction": object})
    frame.loc[:2, "amount"] = ["lots", "", " "]
    frame.loc[:3, "score"] = ["high", 1.5, -0.1, None]
    frame.loc[:1, "prediction"] = ["perhaps", "yes"]
    room.write(frame.assign(timestamp=pd.Timestamp("2026-04-01")), "decisions/odd.csv")
    profiled = room.profile()
    counts = profiled["profile_counts"]
    of_day = counts[counts["day"] == pd.Timestamp("2026-04-01")].set_index(["feature", "bin"])["n"]
    assert of_day[("amount", bins.INVALID)] == 1
    assert of_day[("amount", bins.MISSING)] == 2 + frame.loc[3:, "amount"].isna().sum()
    assert of_day[("@score", bins.INVALID)] == 3
    assert of_day[("@score", bins.MISSING)] == 1
    assert of_day[("@prediction", bins.INVALID)] == 1
    cells = profiled["profile_outcomes"].query("group_column == ''")
    of_day_cells = cells[cells["day"] == pd.Timestamp("2026-04-01")]
    assert of_day_cells[of_day_cells["score_bin"].isna()]["n"].sum() == 4
    assert of_day_cells[of_day_cells["predicted"].isna()]["n"].sum() == 1


def test_the_same_column_may_have_another_type_in_another_file(room: LogRoom):
    room.write(more().assign(prediction_id=range(10), model_version="1", amount="3.5"), "decisions/text.parquet")
    room.write(more().assign(prediction_id=range(10, 20), model_version=1.0, age=30.0), "decisions/float.parquet")
    told = pd.DataFrame(
        {"prediction_id": [float(n) for n in range(20)], "label": [True] * 20, "known_at": ["2026-05-01"] * 20}
    )
    room.write(told, "outcomes/all.parquet")
    profiled = room.profile()
    assert profiled["volume"]["decisions"].sum() == GOOD + 20
    assert profiled["volume"]["labelled"].sum() == 20
    invalid = profiled["profile_counts"].query(f"bin == {bins.INVALID}")
    assert invalid.empty


def test_a_boolean_reads_the_same_in_every_file(room: LogRoom):
    room.spec(changed(decisions={"features": ["flag"]}))
    room.write(reference().assign(flag=lambda rows: rows["age"] > 40), "reference.parquet")
    room.write(more().assign(flag=["True", "false"] * 5), "decisions/text.csv")
    room.write(cases(10, seed=6).assign(flag=[1, 0] * 5), "decisions/number.parquet")
    room.write(cases(10, seed=7).assign(flag=[True, False] * 5), "decisions/boolean.parquet")
    (room.folder / "lake/decisions/good.parquet").unlink()
    counts = room.profile()["profile_counts"].query("feature == 'flag'")
    assert sorted(counts["n"]) == [15, 15]


@pytest.mark.parametrize("features", [["amount", "no such"], ["timestamp2"]])
def test_a_feature_that_the_reference_lacks_is_told_and_not_watched(room: LogRoom, features: list[str]):
    room.spec(changed(decisions={"features": features}))
    profiled = room.profile()
    assert "The reference has no column" in profiled.said()
    assert set(profiled["profile_features"]["feature"]) == {*features, "@score", "@prediction", "@outcome"} - {
        "no such",
        "timestamp2",
    }


def test_a_glob_that_matches_nothing_is_told_with_its_field(room: LogRoom):
    room.spec(changed(decisions={"path": ["lake/decisions/*", "lake/shadow/*.parquet"]}))
    said = room.profile().said()
    assert "models/claims.yaml (decisions.path): No file matches lake/shadow/*.parquet." in said


def test_a_reference_that_cannot_be_read_is_told_and_what_it_was_is_compared_with(room: LogRoom):
    before = room.profile()
    (room.folder / "lake/reference.parquet").write_bytes(b"PAR1 and no more")
    room.write(more(), "decisions/more.parquet")
    profiled = room.profile()
    assert "error lake/reference.parquet: The file cannot be read" in profiled.said()
    assert profiled["profile_bins"].equals(before["profile_bins"])
    assert profiled["profile_counts"].query("feature == 'age'")["n"].sum() == GOOD + 10


def test_one_model_that_fails_leaves_the_others_and_its_own_profile(room: LogRoom, monkeypatch: pytest.MonkeyPatch):
    room.models = ("claims", "theft")
    theft = {**changed(), "model": "theft"}
    room.spec(theft, "theft.yaml")
    before = room.profile()
    from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

    count = DuckDBEngine.count
    calls: list[int] = []

    def failing(self: DuckDBEngine, *arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise OSError(28, "No space left on device")
        return count(self, *arguments)

    monkeypatch.setattr(DuckDBEngine, "count", failing)
    room.write(more(), "decisions/more.parquet")
    profiled = room.profile()
    kept = profiled["volume"].query("model == 'claims'").reset_index(drop=True)
    assert kept.equals(before["volume"].query("model == 'claims'").reset_index(drop=True))
    assert profiled["volume"].query("model == 'theft'")["decisions"].sum() == GOOD + 10
    assert "The logs of this model could not be counted" in profiled.said()
    assert set(profiled.result.touched) == {"theft"}
    assert room.profile()["volume"]["decisions"].sum() == 2 * (GOOD + 10)


def test_the_files_of_the_user_are_left_as_they_are(room: LogRoom):
    lake = room.folder / "lake"
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in lake.rglob("*") if path.is_file()}
    room.profile()
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in lake.rglob("*") if path.is_file()}
    assert after == before
