"""Decision: why a model decided one thing as it did."""

from __future__ import annotations

from watchroom.ui import decision

decision.show()
