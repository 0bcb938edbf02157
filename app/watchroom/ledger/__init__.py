"""The append-only record of what people decided and what the registry was seen to be."""
