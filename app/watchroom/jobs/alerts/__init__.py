"""The alert steps: what is raised, changed and ended, and who is told of it."""
