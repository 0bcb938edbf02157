"""What a metric's name says about it: whether lower or higher values are better.

The rule is by words, so that it needs no configuration and reads the same everywhere. No values are looked at here.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

LOWER_IS_BETTER = frozenset(
    {
        # errors and losses
        *("loss", "losses", "error", "errors", "err", "cost", "costs", "regret", "residual", "residuals"),
        *(
            "rmse",
            "mse",
            "mae",
            "mape",
            "smape",
            "wape",
            "wmape",
            "medae",
            "mdape",
            "msle",
            "rmsle",
            "mase",
            "rae",
            "rse",
        ),
        *("nrmse", "l1", "l2", "pinball", "huber", "hinge", "hamming", "misclassification"),
        # probabilities and calibration
        *("brier", "nll", "deviance", "crossentropy", "xent", "perplexity", "ppl", "ece", "mce", "kl", "divergence"),
        # rates of being wrong
        *("fpr", "fnr", "fdr", "eer", "wer", "cer", "ter"),
        # generated images and sound, distances
        *("fid", "kid", "lpips", "wasserstein", "distance"),
        # fit criteria
        *("aic", "bic"),
        # time
        *("latency", "duration", "seconds", "runtime", "elapsed"),
    }
)
"""Words of a metric's name that make it lower-is-better, besides any word that ends in `loss` or `error`."""

NEAREST_ZERO_IS_BEST = frozenset({"bias", "me"})
"""Words of a metric whose sign says which way it errs: neither lower nor higher is better."""

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def better(name: str) -> Literal["lower", "higher", "zero"]:
    """Which direction of the metric is better, from its name.

    The name is split into words at anything but letters and digits, and where lower case turns to upper
    (`valLoss`). It is `lower` when a word is in LOWER_IS_BETTER or ends in `loss` or `error` (`logloss`), or when
    `cross` is followed by `entropy`. A word `neg` or `negative` (`neg_log_loss`) turns that
    round. It is `zero`, the nearest to it, when a word is in NEAREST_ZERO_IS_BEST and for a plain `mean error`. All
    else is `higher`.
    """
    words = [word.lower() for word in _WORD.findall(_CAMEL.sub(" ", name))]
    if NEAREST_ZERO_IS_BEST.intersection(words) or ("mean", "error") in pairwise(words):
        return "zero"
    if any(word in ("neg", "negative") for word in words):
        return "higher"
    lower = any(word in LOWER_IS_BETTER or word.endswith(("loss", "error")) for word in words)
    return "lower" if lower or ("cross", "entropy") in pairwise(words) else "higher"
