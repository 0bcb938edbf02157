"""The explain step of a refresh: a sample of each month's decisions, explained by the model that made them."""
