"""Watchroom: one room where the people round a set of ML models watch them, understand them and hand them over.

The rooms of this package and what each may import are drawn in `docs/architecture.md`; a test enforces it.
"""

__version__ = "0.1.0"
