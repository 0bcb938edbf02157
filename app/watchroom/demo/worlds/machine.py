"""Machine failure: whether a machine will stop within seven days, from its sensors, to service it before.

    logit = -6.2 + type + 0.022·(tool_wear - 110)⁺ + 1.1·(vibration - 2.2)⁺ + 0.1·(torque - 42)⁺
            + 0.5·(process_temp - air_temp - 10) + 0.004·(hours_since_service - 200)⁺ + 1.5·[torque > 52 and rpm < 1400]

Humidity has no weight at all. On the known date its sensor is calibrated anew and reads eleven points higher within two
weeks: a feature that drifts and does not matter. Nobody owns this model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from watchroom.demo.worlds.base import (
    Delay,
    Floats,
    Recipe,
    Release,
    Since,
    World,
    effect,
    happens,
    missing,
    pick,
    sigmoid,
)

TYPE = {"press": 0.35, "mill": 0.0, "lathe": -0.2, "robot": -0.5}
TYPE_SHARE = {"press": 0.27, "mill": 0.31, "lathe": 0.24, "robot": 0.18}
PLANT_SHARE = {"Graz": 0.41, "Porto": 0.34, "Brno": 0.25}
SHIFT_SHARE = {"early": 0.38, "late": 0.36, "night": 0.26}
HUMIDITY_SHIFT = 11.0


def draw(rng: np.random.Generator, at: pd.DatetimeIndex, drift: Floats) -> pd.DataFrame:
    """Readings of a machine, and whether it stopped within seven days."""
    n = len(at)
    kind = pick(rng, n, TYPE_SHARE)
    air = rng.normal(24.5, 2.0, n).round(1)
    process = (air + rng.normal(10, 1.2, n)).round(1)
    rpm = np.clip(rng.normal(1540, 170, n), 1100, 2900).round()
    torque = np.clip(rng.normal(40, 9.5, n) - 0.01 * (rpm - 1540), 5, 80).round(1)
    wear = rng.integers(0, 240, n).astype(float)
    vibration = np.clip(rng.gamma(5.0, 0.42, n), 0.2, 9).round(2)
    service = np.clip(rng.gamma(2.0, 160.0, n), 0, 1500).round()
    logit = (
        -6.2
        + effect(kind, TYPE)
        + 0.022 * np.maximum(wear - 110, 0)
        + 1.1 * np.maximum(vibration - 2.2, 0)
        + 0.1 * np.maximum(torque - 42, 0)
        + 0.5 * (process - air - 10)
        + 0.004 * np.maximum(service - 200, 0)
        + 1.5 * ((torque > 52) & (rpm < 1400))
    )
    return pd.DataFrame(
        {
            "machine_type": kind,
            "shift": pick(rng, n, SHIFT_SHARE),
            "air_temp": air,
            "process_temp": process,
            "rpm": rpm,
            "torque": torque,
            "tool_wear": wear,
            "vibration": missing(rng, vibration, 0.04),
            "humidity": (np.clip(rng.normal(46, 7, n), 15, 85) + HUMIDITY_SHIFT * drift).round(1),
            "hours_since_service": service,
            "plant": pick(rng, n, PLANT_SHARE),
            "label": happens(rng, sigmoid(np.asarray(logit, dtype=np.float64))),
        }
    )


_ALL = (
    "machine_type",
    "shift",
    "air_temp",
    "process_temp",
    "rpm",
    "torque",
    "tool_wear",
    "vibration",
    "humidity",
    "hours_since_service",
)
_FIRST = ("machine_type", "air_temp", "process_temp", "rpm", "torque", "tool_wear", "humidity")
_PARAMS = {"n_estimators": 80, "max_depth": 9, "min_samples_leaf": 8, "max_samples": 0.6}

WORLD = World(
    model="machine-failure",
    task="binary",
    team="Plant engineering",
    description="Probability that a machine stops within seven days.",
    id_prefix="mch",
    features=_ALL,
    categorical=frozenset({"machine_type", "shift"}),
    groups=("plant",),
    draw=draw,
    per_day=240,
    train_rows=12_000,
    delay=Delay(median_days=7.5, spread=0.12, never=0.06, least_days=7),
    releases=(
        Release(
            1,
            Recipe("random_forest", _FIRST, _PARAMS),
            trained_until=240,
            registered=221,
            author="s.gruber@example.com",
            description="First forest, on the sensors of the old gateway.",
        ),
        Release(
            2,
            Recipe("random_forest", _ALL, {**_PARAMS, "max_depth": 4, "n_estimators": 40}),
            trained_until=137,
            registered=119,
            author="s.gruber@example.com",
            description="All sensors, shallow trees. Went back to version 1 after sixteen days: too many missed stops.",
        ),
        Release(
            3,
            Recipe("random_forest", _ALL, {**_PARAMS, "max_depth": 11, "min_samples_leaf": 5}),
            trained_until=91,
            registered=73,
            author="s.gruber@example.com",
            description="All sensors, full depth.",
        ),
    ),
    live=(Since(1, 214), Since(2, 112), Since(1, 96), Since(3, 66)),
    shadow=(),
    challenger=2,
    search_space={"max_depth": (5, 7, 9), "min_samples_leaf": (4, 8, 16), "n_estimators": (40, 80)},
    drift_start=42,
    cutoff=0.3,
    hours=(0, 24),
    script="notebooks/failure_v3.ipynb",
)
