"""Claims severity at a motor insurer: what a reported claim will cost, in EUR, to reserve for it on the first day.

    log(cost) = 6.9 + type + vehicle + 0.35·log(value/15k€) + 0.02·vehicle_age + 0.28·[free choice of garage]
                + 0.015·min(days_to_report, 30) + 0.25·[storm and suv] + 0.18·log(estimate/1500€) + N(0, 0.33)

The garage's first estimate is missing for 15 % of the claims. Nothing drifts here. Its story is another: the evidence
of the champion's approval was regenerated after it had been signed.
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
    band,
    effect,
    missing,
    pick,
)

TYPE = {"collision": 0.55, "glass": -0.75, "theft": 0.9, "fire": 1.1, "storm": 0.1, "liability": 0.35}
TYPE_SHARE = {"collision": 0.41, "glass": 0.22, "theft": 0.06, "fire": 0.02, "storm": 0.12, "liability": 0.17}
VEHICLE = {"small": -0.12, "compact": 0.0, "estate": 0.08, "suv": 0.2, "van": 0.12}
VEHICLE_SHARE = {"small": 0.24, "compact": 0.33, "estate": 0.17, "suv": 0.18, "van": 0.08}
REGION_SHARE = {"north": 0.22, "east": 0.18, "south": 0.31, "west": 0.29}
GARAGE = {"partner": -0.06, "free choice": 0.28, "none yet": 0.05}
GARAGE_SHARE = {"partner": 0.55, "free choice": 0.34, "none yet": 0.11}


def draw(rng: np.random.Generator, at: pd.DatetimeIndex, drift: Floats) -> pd.DataFrame:
    """Reported claims with their final cost in EUR."""
    n = len(at)
    kind, vehicle, garage = pick(rng, n, TYPE_SHARE), pick(rng, n, VEHICLE_SHARE), pick(rng, n, GARAGE_SHARE)
    driver_age = np.clip(rng.normal(46, 15, n), 18, 90).round()
    vehicle_age = np.clip(rng.gamma(2.2, 3.0, n), 0, 25).round(1)
    value = np.clip(42 * np.exp(-0.11 * vehicle_age + rng.normal(0, 0.4, n)), 0.8, 120).round(1)
    reported = np.clip(rng.gamma(0.9, 5.0, n), 0, 90).round()
    scale = effect(kind, TYPE) + effect(vehicle, VEHICLE) + 0.35 * np.log(value / 15)
    estimate = np.exp(7.3 + 0.9 * scale + rng.normal(0, 0.45, n)).round(-1)
    log_cost = (
        6.9
        + scale
        + 0.02 * vehicle_age
        + effect(garage, GARAGE)
        + 0.015 * np.minimum(reported, 30)
        + 0.25 * ((kind == "storm") & (vehicle == "suv"))
        + 0.18 * np.log(estimate / 1500)
        + rng.normal(0, 0.33, n)
    )
    return pd.DataFrame(
        {
            "claim_type": kind,
            "vehicle_class": vehicle,
            "vehicle_age": vehicle_age,
            "vehicle_value": value,
            "driver_age": driver_age,
            "garage": garage,
            "days_to_report": reported,
            "first_estimate": missing(rng, estimate, 0.15),
            "region": pick(rng, n, REGION_SHARE),
            "age_band": band(driver_age, (30, 45, 65), ("18-29", "30-44", "45-64", "65+")),
            "label": np.exp(log_cost).round(2),
        }
    )


_FIRST = ("claim_type", "vehicle_class", "vehicle_age", "vehicle_value", "driver_age", "days_to_report")
_ALL = (
    "claim_type",
    "vehicle_class",
    "vehicle_age",
    "vehicle_value",
    "driver_age",
    "garage",
    "days_to_report",
    "first_estimate",
)
_PARAMS = {"num_leaves": 15, "learning_rate": 0.07, "min_data_in_leaf": 30, "rounds": 140}

WORLD = World(
    model="claims-severity",
    task="regression",
    team="Motor claims analytics",
    description="Expected cost of a motor claim in EUR, from what is known when it is reported.",
    id_prefix="clm",
    features=_ALL,
    categorical=frozenset({"claim_type", "vehicle_class", "garage"}),
    groups=("age_band", "region"),
    draw=draw,
    per_day=130,
    train_rows=11_000,
    delay=Delay(median_days=24, spread=0.55, never=0.04, least_days=2),
    releases=(
        Release(
            1,
            Recipe("lightgbm", _FIRST, _PARAMS),
            trained_until=262,
            registered=204,
            author="marta.lindqvist@example.com",
            description="First model on the six fields of the claim form.",
        ),
        Release(
            2,
            Recipe("lightgbm", (*_FIRST, "garage"), {**_PARAMS, "num_leaves": 23}),
            trained_until=190,
            registered=131,
            author="marta.lindqvist@example.com",
            description="Adds the kind of garage.",
        ),
        Release(
            3,
            Recipe("lightgbm", _ALL, {**_PARAMS, "num_leaves": 23, "lambda_l2": 2.0}),
            trained_until=138,
            registered=77,
            author="jonas.weber@example.com",
            description="Adds the garage's first estimate, where there is one.",
        ),
        Release(
            4,
            Recipe("lightgbm", _ALL, {**_PARAMS, "num_leaves": 31, "lambda_l2": 4.0, "rounds": 180}),
            trained_until=105,
            registered=44,
            author="jonas.weber@example.com",
            description="Larger trees on newer claims; scores in shadow.",
        ),
    ),
    live=(Since(1, 200), Since(2, 124), Since(3, 70)),
    shadow=(Since(4, 40),),
    challenger=4,
    search_space={"num_leaves": (7, 15, 23, 31), "learning_rate": (0.04, 0.07, 0.12), "lambda_l2": (0.0, 2.0, 8.0)},
    script="claims/train_severity.py",
)
