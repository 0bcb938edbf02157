"""Retail demand: units of a product that a shop will sell on one of the next seven days, to order them before.

    log(mean) = 2.55 + shop + product + weekday + promo - elasticity·log(price_ratio) + 0.05·drift + 0.75·(footfall - 1)
                + 0.25·log((1 + last_week)/(1 + 15)) + 0.3·[holiday within two days],  units ~ Poisson, widened

On the known date a competitor closes its shops: within two weeks the price ratio to the competition that is left falls
from 1.00 to 0.95, footfall rises by an eighth, coupons in the app replace half the leaflets (a category the model has
never seen), buyers react more to price (elasticity 1.1 to 2.0) and a twentieth more is sold whatever the price.
Features drift, and the champion, trained before, orders too little.
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
    missing,
    pick,
    pick_two,
)

SHOP = {"city": -0.2, "suburb": 0.1, "hypermarket": 0.75, "online": 0.3}
SHOP_SHARE = {"city": 0.34, "suburb": 0.31, "hypermarket": 0.2, "online": 0.15}
PRODUCT = {"bread": 0.55, "dairy": 0.4, "fruit": 0.25, "drinks": 0.1, "household": -0.4, "toys": -0.9}
PRODUCT_SHARE = {"bread": 0.19, "dairy": 0.2, "fruit": 0.2, "drinks": 0.18, "household": 0.14, "toys": 0.09}
PROMO = {"none": 0.0, "leaflet": 0.35, "multibuy": 0.55, "app coupon": 0.5}
PROMO_BEFORE = {"none": 0.68, "leaflet": 0.2, "multibuy": 0.12}
PROMO_AFTER = {"none": 0.66, "leaflet": 0.1, "multibuy": 0.1, "app coupon": 0.14}
WEEKDAY = {"Mon": -0.15, "Tue": -0.12, "Wed": -0.05, "Thu": 0.0, "Fri": 0.25, "Sat": 0.4, "Sun": -0.3}
REGION_SHARE = {"north": 0.3, "centre": 0.42, "south": 0.28}
DAYS = np.array(list(WEEKDAY), dtype=object)


def draw(rng: np.random.Generator, at: pd.DatetimeIndex, drift: Floats) -> pd.DataFrame:
    """A product in a shop on one of the next seven days, and the units that were sold."""
    n = len(at)
    shop, product = pick(rng, n, SHOP_SHARE), pick(rng, n, PRODUCT_SHARE)
    promo, weekday = pick_two(rng, PROMO_BEFORE, PROMO_AFTER, drift), DAYS[rng.integers(0, 7, n)]
    ratio = np.clip(rng.normal(1.0 - 0.05 * drift, 0.07), 0.7, 1.5).round(3)
    footfall = np.clip(rng.normal(1.0 + 0.12 * drift, 0.13), 0.3, 1.8).round(3)
    holiday = np.minimum(rng.integers(0, 30, n), 14).astype(float)
    steady = 2.55 + effect(shop, SHOP) + effect(product, PRODUCT) + 0.75 * (footfall - 1)
    last_week = rng.poisson(np.exp(steady + rng.normal(0, 0.25, n))).astype(float)
    log_mean = (
        steady
        + effect(weekday, WEEKDAY)
        + effect(promo, PROMO)
        - (1.1 + 0.9 * drift) * np.log(ratio)
        + 0.05 * drift
        + 0.25 * np.log((1 + last_week) / 16)
        + 0.3 * (holiday <= 2)
        + rng.normal(0, 0.12, n)
    )
    return pd.DataFrame(
        {
            "shop_format": shop,
            "product_group": product,
            "weekday": weekday,
            "promo": promo,
            "price": np.exp(rng.normal(0.9 + 0.5 * (product == "toys"), 0.4, n)).round(2),
            "price_ratio": ratio,
            "footfall": footfall,
            "last_week": last_week,
            "stock_days": missing(rng, np.clip(rng.gamma(3.0, 2.0, n), 0, 40).round(1), 0.06),
            "days_to_holiday": holiday,
            "region": pick(rng, n, REGION_SHARE),
            "label": rng.poisson(np.exp(log_mean)).astype(float),
        }
    )


_FIRST = ("shop_format", "product_group", "weekday", "promo", "price", "last_week", "days_to_holiday")
_ALL = (
    "shop_format",
    "product_group",
    "weekday",
    "promo",
    "price",
    "price_ratio",
    "footfall",
    "last_week",
    "stock_days",
    "days_to_holiday",
)
_PARAMS = {"num_leaves": 21, "learning_rate": 0.08, "min_data_in_leaf": 30, "rounds": 150}

WORLD = World(
    model="retail-demand",
    task="regression",
    team="Supply planning",
    description="Units of a product that a shop sells on a day.",
    id_prefix="dem",
    features=_ALL,
    categorical=frozenset({"shop_format", "product_group", "weekday", "promo"}),
    groups=("region", "shop_format"),
    draw=draw,
    per_day=260,
    train_rows=13_000,
    delay=Delay(median_days=4, spread=0.25, never=0.02, least_days=3),
    releases=(
        Release(
            1,
            Recipe("lightgbm", _FIRST, _PARAMS),
            trained_until=214,
            registered=202,
            author="chen.wei@example.com",
            description="Calendar, promotion and last week's sales.",
        ),
        Release(
            2,
            Recipe("lightgbm", (*_FIRST, "price_ratio"), _PARAMS),
            trained_until=150,
            registered=144,
            author="chen.wei@example.com",
            description="Adds the price against the competition.",
        ),
        Release(
            3,
            Recipe("lightgbm", _ALL, {**_PARAMS, "num_leaves": 31}),
            trained_until=103,
            registered=97,
            author="lucia.ferri@example.com",
            description="Adds footfall and days of stock.",
        ),
        Release(
            4,
            Recipe("lightgbm", _ALL, {**_PARAMS, "num_leaves": 31, "lambda_l2": 1.0}),
            trained_until=31,
            window_days=22,
            registered=24,
            author="lucia.ferri@example.com",
            description="Trained only on the weeks since the competitor closed; scores in shadow.",
        ),
    ),
    live=(Since(1, 197), Since(2, 138), Since(3, 92)),
    shadow=(Since(4, 22),),
    challenger=4,
    search_space={"num_leaves": (11, 21, 31), "learning_rate": (0.05, 0.08, 0.12), "lambda_l2": (0.0, 1.0, 4.0)},
    drift_start=56,
    hours=(3, 5),
    script="demand/train_demand.py",
)
