"""The checks of the checklists: which versions are looked at, what each kind asks, own checks, and what came out."""
