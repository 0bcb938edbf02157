"""The fairness step: groups of decisions beside each other."""
