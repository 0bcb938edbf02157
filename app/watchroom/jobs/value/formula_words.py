"""What a KPI's formula may say: the functions that it may use, and the types that it may cast to.

All others are refused: none of these reads a file, a setting or another table, none makes a value larger than those it
is given, all can be stopped, and the same decisions always give the same number.
"""

from __future__ import annotations


def _named(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATES = _named(
    """
    approx_count_distinct avg bool_and bool_or corr count count_if count_star countif covar_pop covar_samp favg fsum
    geomean kahan_sum kurtosis kurtosis_pop mad max mean median min product quantile quantile_cont quantile_disc
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    sem skewness stddev stddev_pop stddev_samp sum sumkahan var_pop var_samp variance
    """
)

SCALARS = _named(
    """
    + - * / // % ** ^ ~~ !~~ ~~* !~~*
    abs acos asin atan atan2 cbrt ceil ceiling cos degrees divide exp fdiv floor fmod greatest if isfinite isinf
    isnan least ln log log10 log2 mod nullif pi pow power radians round sign sin sqrt tan trunc
    contains ends_with left length like_escape lower lcase ltrim not_like_escape prefix regexp_full_match
    regexp_matches right rtrim starts_with strlen strpos substr substring suffix trim ucase upper
    date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek
    dayofyear epoch epoch_ms hour isodow last_day minute month monthname quarter second to_days to_hours
    to_milliseconds to_minutes to_months to_seconds to_weeks to_years week weekday weekofyear year yearweek
    """
)

TYPES = _named(
    """
    BIGINT BOOL BOOLEAN DATE DECIMAL DOUBLE FLOAT FLOAT4 FLOAT8 HUGEINT INT INT1 INT2 INT4 INT8 INTEGER INTERVAL LONG
    NUMERIC REAL SHORT SIGNED SMALLINT STRING TEXT TIME TIMESTAMP TINYINT UBIGINT UINTEGER USMALLINT UTINYINT VARCHAR
    """
)

OPERATORS = _named(
    """
    COMPARE_IN COMPARE_NOT_IN OPERATOR_COALESCE OPERATOR_IS_NOT_NULL OPERATOR_IS_NULL OPERATOR_NOT OPERATOR_TRY
    """
)

PLAIN = frozenset({"BETWEEN", "CASE", "CAST", "COMPARISON", "CONJUNCTION", "CONSTANT"})
"""Parts of an expression that are as good as what they hold."""

REFUSED = {
    "COLLATE": ("It sorts text by a collation.", "Leave out `collate`."),
    "LAMBDA": ("It has a function of its own (`->`).", "Write it with `case when … then … end`."),
    "PARAMETER": ("It has a parameter (`?` or `$`).", "Write the value itself."),
    "POSITIONAL_REFERENCE": ("It names a column by its place (`#`).", "Name the column."),
    "STAR": ("It asks for all columns (`*`).", "Name a column, or write `count(*)`."),
    "SUBQUERY": ("It has a query within it (`select`).", "Only the decisions of the period can be asked."),
    "WINDOW": ("It looks beyond the period (`over`).", "Leave out `over (…)`."),
}
"""Why other parts are refused, and what to write instead."""
