"""The snapshot: its schema, how it is built and published, and the readers that pages use."""
