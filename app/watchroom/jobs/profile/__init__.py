"""The profile step: decision and outcome logs, reduced to counts by version, day and bin."""
