"""What a seed is called. Python and DuckDB read the patterns alike; the case of letters does not matter."""

from __future__ import annotations

_SEED = "seeds?|random_?state|random_?seed"
_REPEAT = "folds?|repeats?|repetitions?|replicates?"

SEED = f"(^|[^a-z])({_SEED})($|[^a-z])"
"""Keys of what begins everything that is drawn by chance. A run records its seed, and repeats another, by these."""

SEED_OR_REPEAT = f"(^|[^a-z])({_SEED}|{_REPEAT})($|[^a-z])"
"""The same and what else is varied only to see how much is chance; a number of a fold alone draws nothing again."""
