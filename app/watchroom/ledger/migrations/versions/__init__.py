"""One file for each step of the ledger's schema, in order."""
