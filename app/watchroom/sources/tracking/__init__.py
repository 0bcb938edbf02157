"""An MLflow tracking store and registry, read without ever writing to it: a server, a SQLite file, or a folder of runs."""
