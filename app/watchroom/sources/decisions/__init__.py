"""Decision and outcome logs, read: one question asked of them, behind one interface, whichever engine answers it."""
