"""The questions that pages ask of a snapshot, one module for each topic; the SQL stands beside its function."""
