"""Which engine answers: DuckDB in this process, or the Spark that the workspace names."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from watchroom.sources.decisions.contract import Engine
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.spark_session import SparkPlace


def open_engine(spark: SparkPlace | None, temp: Path) -> AbstractContextManager[Engine]:
    """The engine for a refresh; close it by leaving. `temp` is where DuckDB may spill.

    Raises `SourceUnreachable` when Spark does not answer, `SourceError` when what it needs is not installed.
    """
    if spark is None:
        return DuckDBEngine(temp)
    from watchroom.sources.decisions.spark_engine import SparkEngine

    return SparkEngine(spark)
