"""The outside world, read: MLflow, decision logs, evidence files. Nothing here writes to it."""
