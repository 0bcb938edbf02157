"""How a category is written: one spelling for the logs, the models, the store and the pages."""

from __future__ import annotations

import math

import numpy as np


def category_text(value: object) -> str | None:
    """A category as text, the same for 3, 3.0 and `3`, and `true` for True; None when it is missing."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() else str(value)
    return None if value is None else str(value)
