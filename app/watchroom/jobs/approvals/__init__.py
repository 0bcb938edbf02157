"""Binding and judging sign-offs: what they bind, which still hold, what follows in alerts, the ledger and MLflow."""
