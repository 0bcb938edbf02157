"""Model: one model, whole: what it is for, whose it is, what is live, what was, and how to use it."""

from __future__ import annotations

from watchroom.ui import model

model.show()
