"""A curve made quieter, as TensorBoard does it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST = 0.99
"""The strongest smoothing: about the last hundred points. At 1 a curve would never leave its first value."""


def smoothed(values: Floats, weight: float) -> Floats:
    """The exponential moving average, without the pull of its start; `weight` from 0 (as they are) to MOST.

    After k finite values v: (1 - w) (v_k + w v_(k-1) + w^2 v_(k-2) + …) / (1 - w^k), TensorBoard's definition
    (`tensorboard/components/vz_line_chart2`, "1st-order IIR low-pass filter … debiased"). It goes by points, not by
    steps: a curve with more points to a step is smoothed over fewer steps. Values that are not finite stay as they are
    and move nothing.
    """
    if weight <= 0 or not len(values):
        return values
    finite = np.isfinite(values)
    known = pd.Series(values[finite]).ewm(alpha=1 - min(weight, MOST), adjust=True).mean()
    found = values.copy()
    found[finite] = known.to_numpy()
    return found
