"""Model: one model, whole: what it is for, whose it is, which version is champion, what was, and how to use it."""

from __future__ import annotations

from watchroom.ui import model

model.show()
