"""The handover pack: one folder that a team reads without Watchroom, with everything that a model version rests on."""
