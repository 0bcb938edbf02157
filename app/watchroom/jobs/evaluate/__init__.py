"""The evaluate step: drift, quality, performance and a light for every model, from its counts."""
