"""What a page needs of one decision and no snapshot holds: its row in the log, and a fresh explanation of it."""
