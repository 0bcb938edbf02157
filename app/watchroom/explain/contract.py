"""The words between the process that explains and everybody else. Nothing here loads a model or a library for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Space = Literal["log-odds", "probability", "units"]
Flavor = Literal["lightgbm", "xgboost", "sklearn", "pyfunc"]
Method = Literal["tree", "linear", "permutation"]
Kind = Literal["number", "category", "boolean"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Input:
    """A column that the model takes, by the name of its signature; `categories` as text, empty when it does not say."""

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """What is known of a model once it is loaded.

    `classes` are empty for an amount. `note` is what a reader should know of the method; may be empty. `most_rows` is
    how many rows of a month a slow method should be given; None for as many as wanted.
    """

    flavor: Flavor
    method: Method
    space: Space
    inputs: tuple[Input, ...]
    classes: tuple[str, ...] = ()
    note: str = ""
    most_rows: int | None = None


@dataclass(frozen=True)
class Explained:
    """What each input added for each of n rows: `base` + the sum of a row of `values` (n × f) = `output`, in the space.

    `score` is the probability of the class `klass`, or the amount; `klass` is `1` (or the name of the second class) for
    a binary model, the model's choice for more classes, None for an amount. `seconds` and `cpu_seconds` are what the
    step itself took in the child, without loading and sending.
    """

    features: tuple[str, ...]
    values: Floats
    base: Floats
    output: Floats
    score: Floats
    klass: tuple[str | None, ...]
    seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Limits:
    """How long one request may take, in seconds of the clock, and how much address space the child has, in MiB."""

    seconds: float
    memory_mb: int
