"""Card fraud: whether a card payment is fraudulent, decided while the customer waits.

    logit = -7.4 + channel + merchant + 2.2·[abroad] + 0.9·log(amount/40€) + 0.45·min(payments_24h, 8)
            + 0.006·min(distance_km, 300) - 0.7·device_trust + 1.3·[account younger than 6 months] + 0.8·[00:00–05:59]

A little over one payment in a hundred is fraud. Nothing drifts. The models that served were trained with the rare
class weighted up, so their scores are far too high for the default cut-off of 0.5: too many good customers are stopped,
and at the costs of the model's file that loses money. A higher cut-off earns. The challenger has no weights.
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

CHANNEL = {"chip": -1.0, "contactless": -0.7, "online": 1.1, "cash machine": 0.1}
CHANNEL_SHARE = {"chip": 0.33, "contactless": 0.36, "online": 0.26, "cash machine": 0.05}
MERCHANT = {
    "groceries": -0.6,
    "fuel": 0.0,
    "restaurant": -0.3,
    "travel": 0.4,
    "electronics": 0.9,
    "gift cards": 1.6,
    "gaming": 0.8,
    "other": 0.0,
}
MERCHANT_SHARE = {
    "groceries": 0.29,
    "fuel": 0.12,
    "restaurant": 0.17,
    "travel": 0.08,
    "electronics": 0.09,
    "gift cards": 0.04,
    "gaming": 0.06,
    "other": 0.15,
}
CARD_SHARE = {"debit": 0.58, "credit": 0.33, "prepaid": 0.09}
AGE_SHARE = {"18-25": 0.17, "26-40": 0.33, "41-60": 0.33, "61+": 0.17}


def draw(rng: np.random.Generator, at: pd.DatetimeIndex, drift: Floats) -> pd.DataFrame:
    """Card payments, and whether each turned out to be fraud (1) or not (0)."""
    n = len(at)
    channel, merchant = pick(rng, n, CHANNEL_SHARE), pick(rng, n, MERCHANT_SHARE)
    age, card = pick(rng, n, AGE_SHARE), pick(rng, n, CARD_SHARE)
    amount = np.clip(np.exp(rng.normal(3.4, 1.05, n)), 0.5, 6000).round(2)
    payments = rng.poisson(np.where(age == "18-25", 2.4, 1.6)).astype(float)
    abroad = happens(rng, np.where(channel == "online", 0.14, 0.05))
    distance = np.clip(rng.gamma(0.6, 30.0, n) + 420 * abroad * rng.random(n), 0, 2500).round(1)
    trust = np.clip(rng.normal(0.2 + 0.4 * (card == "credit"), 1.0, n), -3, 3).round(2)
    months = np.clip(rng.gamma(1.7, 30.0, n), 0, 240).round()
    logit = (
        -7.4
        + effect(channel, CHANNEL)
        + effect(merchant, MERCHANT)
        + 2.2 * abroad
        + 0.9 * np.log(amount / 40)
        + 0.45 * np.minimum(payments, 8)
        + 0.006 * np.minimum(distance, 300)
        - 0.7 * trust
        + 1.3 * (months < 6)
        + 0.8 * (at.hour < 6)
    )
    return pd.DataFrame(
        {
            "amount": amount,
            "channel": channel,
            "merchant": merchant,
            "abroad": abroad,
            "payments_24h": payments,
            "distance_km": missing(rng, distance, 0.06),
            "device_trust": missing(rng, trust, np.where(channel == "online", 0.04, 0.3)),
            "account_months": months,
            "hour": at.hour.to_numpy().astype(np.int64),
            "card_type": card,
            "age_band": age,
            "label": happens(rng, sigmoid(np.asarray(logit, dtype=np.float64))),
        }
    )


_FIRST = ("amount", "channel", "merchant", "abroad", "payments_24h", "account_months", "hour")
_ALL = (
    "amount",
    "channel",
    "merchant",
    "abroad",
    "payments_24h",
    "distance_km",
    "device_trust",
    "account_months",
    "hour",
)
_PARAMS = {"num_leaves": 15, "learning_rate": 0.06, "min_data_in_leaf": 60, "rounds": 130, "scale_pos_weight": 25.0}

WORLD = World(
    model="card-fraud",
    task="binary",
    team="Payments risk",
    description="Probability that a card payment is fraudulent; the payment is stopped above the cut-off.",
    id_prefix="pay",
    features=_ALL,
    categorical=frozenset({"channel", "merchant"}),
    groups=("age_band", "card_type"),
    draw=draw,
    per_day=320,
    train_rows=36_000,
    least_train_rows=20_000,
    delay=Delay(median_days=13, spread=0.7, never=0.03, least_days=1),
    releases=(
        Release(
            1,
            Recipe("lightgbm", _FIRST, {**_PARAMS, "scale_pos_weight": 40.0}),
            trained_until=232,
            registered=199,
            author="tomasz.nowak@example.com",
            description="First model, rare class weighted up forty times.",
        ),
        Release(
            2,
            Recipe("lightgbm", _ALL, _PARAMS),
            trained_until=140,
            registered=108,
            author="tomasz.nowak@example.com",
            description="Adds distance and device trust, lighter weights.",
        ),
        Release(
            3,
            Recipe("lightgbm", _ALL, {**_PARAMS, "num_leaves": 11, "learning_rate": 0.05, "scale_pos_weight": 1.0}),
            trained_until=80,
            registered=49,
            author="aisha.rahman@example.com",
            description="No weights: its scores are probabilities. Scores in shadow.",
        ),
    ),
    live=(Since(1, 198), Since(2, 101)),
    shadow=(Since(3, 45),),
    challenger=3,
    search_space={"num_leaves": (7, 15, 31), "learning_rate": (0.03, 0.06, 0.1), "scale_pos_weight": (1.0, 10.0, 25.0)},
    hours=(0, 24),
    script="fraud/train.py",
)
