"""What would have come of the same decisions without the model: counts of what another rule would have answered.

The rule is a column of the log, or a number for each version and day. Rows mean what they mean to the counts.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from watchroom.domain.bins import SCORE_BIN_SQL
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import AGAINST, Rule
from watchroom.sources.decisions.dialect import Dialect
from watchroom.sources.decisions.singles import Asker, Singles

_RULE = "@rule"


def against(asker: Asker, log: Singles, rule: Rule, days: frozenset[date], repeated: frozenset[date]) -> pa.Table:
    """As `Engine.against` has it."""
    if (
        not days
        or not log.files.decisions
        or log.log.prediction is None
        or log.log.task not in ("binary", "regression")
    ):
        return AGAINST.empty_table()
    if rule.column is None and not rule.numbers:
        return AGAINST.empty_table()
    counted = _errors if log.log.task == "regression" else _cells
    return asker.ask(lambda dialect: counted(_answered(dialect, log, rule, days, repeated))).cast(AGAINST)


def _answered(dialect: Dialect, given: Singles, rule: Rule, days: frozenset[date], repeated: frozenset[date]) -> str:
    """The decisions with their outcome and the rule's `answer`; those of which it has none are left out."""
    form = ask.outcome_form(given.log.task)
    extra = () if rule.column is None else (ask.Signal(_RULE, rule.column, form),)
    singles = Singles(given.log, given.outcomes, given.files, extra)
    wanted = ask.Wanted(singles.signals, place=bool(repeated))
    decided = ask.decisions(dialect, singles.log, singles.files.decisions, wanted, days)
    joined = ask.joined(ask.once(decided) if repeated else decided, singles.told(dialect))
    score = singles.place("@score") or "cast(null as double)"
    columns = f"joined.version, joined.day, {score} as score, {singles.place('@prediction')} as predicted, outcome"
    if rule.column is not None:
        answered = f"select {columns}, {singles.place(_RULE)} as answer from ({joined}) as joined"
        return f"select * from ({answered}) as answered where answer is not null"
    rows = ", ".join(
        f"({version}, date '{day.isoformat()}', {ask.double(number)})"
        for (version, day), number in sorted(rule.numbers.items())
        if day in days
    )
    numbers = f"(values {rows}) as rule(version, day, answer)"
    on = "joined.version = rule.version and joined.day = rule.day"
    return f"select {columns}, rule.answer from ({joined}) as joined join {numbers} on {on}"


def _cells(answered: str) -> str:
    grid = f"cast({SCORE_BIN_SQL.format(score='score')} as smallint)"
    rows = (
        f"select version, day, case when score is not null then {grid} end as score_bin, answer, outcome "
        f"from ({answered}) as answered where predicted is not null"
    )
    return (
        "select version, day, score_bin, answer, outcome, count(*) as n, cast(null as double) as over_sum, "
        f"cast(null as double) as under_sum from ({rows}) as scored group by 1, 2, 3, 4, 5"
    )


def _errors(answered: str) -> str:
    finite = " and ".join(f"abs({name}) < cast('Infinity' as double)" for name in ("predicted", "answer"))
    rows = f"select version, day, answer - outcome as error from ({answered}) as answered where {finite}"
    return (
        "select version, day, cast(null as smallint) as score_bin, cast(null as string) as answer, "
        "cast(null as string) as outcome, count(*) as n, sum(greatest(error, 0e0)) as over_sum, "
        f"sum(greatest(-error, 0e0)) as under_sum from ({rows}) as told where error is not null group by 1, 2"
    )
