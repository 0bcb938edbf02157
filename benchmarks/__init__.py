"""Speed, measured: `python -m benchmarks.NAME` makes its own data, times figure and floor in turn, prints one JSON line."""
