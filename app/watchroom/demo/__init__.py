"""The demo workspace: real models, trained for real, on data from a documented process."""
