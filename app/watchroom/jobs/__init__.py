"""The refresh and its steps: everything heavy, in a process of its own."""
