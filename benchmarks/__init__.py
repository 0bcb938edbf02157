"""Speed, measured: `python -m benchmarks.NAME` makes its data, times figure and floor in turn, prints a JSON line."""
