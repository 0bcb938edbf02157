"""Telecom churn: whether a customer will cancel within thirty days, to make those at risk an offer.

    logit = -2.4 + contract + payment + internet - 0.03·min(tenure_months, 60) + 0.021·(monthly_charge - 45)
            + 0.4·min(support_calls, 6) + 0.45·late_payments - 0.4·(satisfaction - 3)
            + 1.3·[monthly and younger than 7 months] + 1.1·[fibre and above 60 EUR] + 0.9·[data below 6 GB]

One customer in seven cancels. Satisfaction is known for three in four. Nothing drifts: this is the healthy model.
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

CONTRACT = {"monthly": 1.0, "one year": -0.2, "two years": -1.1}
CONTRACT_SHARE = {"monthly": 0.46, "one year": 0.3, "two years": 0.24}
PAYMENT = {"card": -0.1, "direct debit": -0.35, "invoice": 0.4}
PAYMENT_SHARE = {"card": 0.31, "direct debit": 0.48, "invoice": 0.21}
INTERNET = {"fibre": 0.25, "dsl": 0.0, "mobile only": 0.1}
INTERNET_SHARE = {"fibre": 0.44, "dsl": 0.34, "mobile only": 0.22}
AGE_SHARE = {"18-29": 0.21, "30-44": 0.29, "45-64": 0.33, "65+": 0.17}
REGION_SHARE = {"city": 0.43, "suburb": 0.35, "country": 0.22}


def draw(rng: np.random.Generator, at: pd.DatetimeIndex, drift: Floats) -> pd.DataFrame:
    """Customers on the day they were scored, and whether they cancelled within thirty days."""
    n = len(at)
    contract, payment, internet = (
        pick(rng, n, CONTRACT_SHARE),
        pick(rng, n, PAYMENT_SHARE),
        pick(rng, n, INTERNET_SHARE),
    )
    tenure = np.clip(rng.gamma(1.4, 22.0, n), 1, 180).round()
    charge = np.clip(rng.normal(38 + 12 * (internet == "fibre"), 13, n), 8, 120).round(2)
    data = np.clip(rng.gamma(1.6, 14.0, n), 0, 400).round(1)
    calls = rng.poisson(0.9, n).astype(float)
    late = rng.binomial(3, 0.12, n).astype(float)
    satisfaction = np.clip(rng.normal(3.4 - 0.25 * calls, 0.9, n), 1, 5).round()
    logit = (
        -2.4
        + effect(contract, CONTRACT)
        + effect(payment, PAYMENT)
        + effect(internet, INTERNET)
        - 0.03 * np.minimum(tenure, 60)
        + 0.021 * (charge - 45)
        + 0.4 * np.minimum(calls, 6)
        + 0.45 * late
        - 0.4 * (satisfaction - 3)
        + 1.3 * ((contract == "monthly") & (tenure < 7))
        + 1.1 * ((internet == "fibre") & (charge > 60))
        + 0.9 * (data < 6)
    )
    return pd.DataFrame(
        {
            "contract": contract,
            "payment": payment,
            "internet": internet,
            "tenure_months": tenure,
            "monthly_charge": charge,
            "data_gb": data,
            "support_calls": calls,
            "late_payments": late,
            "satisfaction": missing(rng, satisfaction, 0.25),
            "age_band": pick(rng, n, AGE_SHARE),
            "region": pick(rng, n, REGION_SHARE),
            "label": happens(rng, sigmoid(logit)),
        }
    )


_FIRST = ("contract", "payment", "internet", "tenure_months", "monthly_charge", "support_calls")
_ALL = (
    "contract",
    "payment",
    "internet",
    "tenure_months",
    "monthly_charge",
    "data_gb",
    "support_calls",
    "late_payments",
    "satisfaction",
)
_BOOSTING = {"max_iter": 110, "max_leaf_nodes": 11, "learning_rate": 0.07, "min_samples_leaf": 50}

WORLD = World(
    model="telecom-churn",
    task="binary",
    team="Customer base management",
    description="Probability that a customer cancels within thirty days.",
    id_prefix="cus",
    features=_ALL,
    categorical=frozenset({"contract", "payment", "internet"}),
    groups=("age_band", "region"),
    draw=draw,
    per_day=200,
    train_rows=12_000,
    delay=Delay(median_days=31, spread=0.06, never=0.02, least_days=30),
    releases=(
        Release(
            1,
            Recipe("logistic", _FIRST, {"C": 1.0}),
            trained_until=252,
            registered=212,
            author="elif.kaya@example.com",
            description="Logistic regression on six columns; easy to explain to the call centre.",
        ),
        Release(
            2,
            Recipe("logistic", _ALL, {"C": 0.5}),
            trained_until=178,
            registered=139,
            author="elif.kaya@example.com",
            description="The same with usage, late payments and satisfaction.",
        ),
        Release(
            3,
            Recipe("boosting_pipeline", _ALL, _BOOSTING),
            trained_until=131,
            registered=92,
            author="pedro.alves@example.com",
            description="Gradient boosting behind the same encoders.",
        ),
        Release(
            4,
            Recipe("boosting_pipeline", _ALL, {**_BOOSTING, "max_leaf_nodes": 21, "max_iter": 140}),
            trained_until=78,
            registered=39,
            author="pedro.alves@example.com",
            description="Deeper trees on newer months; scores in shadow.",
        ),
    ),
    live=(Since(1, 205), Since(2, 133), Since(3, 84)),
    shadow=(Since(4, 63),),
    challenger=4,
    search_space={"max_leaf_nodes": (7, 11, 21), "learning_rate": (0.04, 0.07, 0.12), "min_samples_leaf": (20, 50)},
    cutoff=0.25,
    hours=(5, 8),
    script="churn/pipeline.py",
)
