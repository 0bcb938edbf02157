"""Reviews: what the second line has to look at, its findings, compliance by team, and the regulation map."""

from __future__ import annotations

from watchroom.ui import reviews

reviews.show()
