"""The value steps: what a model brings: who was in service, its KPIs, its money, its cut-off, and what to do next."""
