"""What a statement of one's own may say: functions, types and parts of a query that are known to be harmless.

All others are refused by name. None of these reads a file, a setting or the system, and none makes of a short text a
long one; what still takes too long or too much is stopped (`own_child`).
"""

from __future__ import annotations

from watchroom.jobs.value import formula_words


def _named(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATES = formula_words.AGGREGATES | _named(
    """
    any_value arg_max arg_min argmax argmin array_agg first last list max_by min_by mode string_agg
    """
)

SCALARS = formula_words.SCALARS | _named(
    """
    || -> ->> age array_length array_slice array_to_string chr coalesce concat concat_ws current_date date_add ifnull
    json_array_length json_exists json_extract json_extract_path json_extract_path_text json_extract_string json_keys
    json_type json_valid len list_aggregate list_any_value list_avg list_bool_and list_bool_or list_contains list_count
    list_distinct list_extract list_filter list_has list_has_all list_has_any list_max list_min list_position list_slice
    list_sort list_sum list_transform list_unique list_value make_date make_timestamp md5 now regexp_extract
    regexp_replace replace row split_part str_split strftime string_split strptime struct_extract struct_pack
    try_strptime typeof unnest
    """
)

WINDOWS = _named("cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number")

FUNCTIONS = AGGREGATES | SCALARS

TYPES = formula_words.TYPES | {"DATETIME", "JSON", "LIST", "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"}

OPERATORS = formula_words.OPERATORS | _named(
    "ARRAY_CONSTRUCTOR ARRAY_EXTRACT ARRAY_SLICE GROUPING_FUNCTION STRUCT_EXTRACT"
)

EXPRESSIONS = _named(
    "BETWEEN CASE CAST COLUMN_REF COMPARISON CONJUNCTION CONSTANT LAMBDA POSITIONAL_REFERENCE STAR SUBQUERY"
)
"""Classes of an expression that are as good as what they hold."""

SOURCES = _named("BASE_TABLE EMPTY EXPRESSION_LIST JOIN SUBQUERY")
"""Where rows may come from; `unnest(…)` besides."""

NODES = _named(
    """
    SELECT_NODE SET_OPERATION_NODE ORDER_MODIFIER LIMIT_MODIFIER DISTINCT_MODIFIER LIMIT_PERCENT_MODIFIER
    ORDER_DEFAULT ASCENDING DESCENDING
    """
)
"""Parts of a query that are no expression and no source."""

NOT_ALLOWED = {
    "COLLATE": "It sorts text by a collation.",
    "DEFAULT": "It asks for a default.",
    "RECURSIVE_CTE_NODE": "It is recursive.",
    "SHOW_REF": "It asks what tables there are.",
    "TABLE_FUNCTION": "It asks a function for rows.",
    "PIVOT": "It pivots.",
}
"""Why some parts are refused, for those that somebody may write without thinking ill."""
