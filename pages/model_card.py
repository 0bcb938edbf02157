"""Model card: what a model is, for whom, with what limits."""

from __future__ import annotations

from watchroom.ui import model_card

model_card.show()
