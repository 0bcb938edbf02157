"""`watchroom serve`, with `parts_app.py` in place of the pages."""

from __future__ import annotations

from pathlib import Path

from watchroom import cli, serve

_, CONFIG = serve.find_root()
serve.find_root = lambda: (Path(__file__).with_name("parts_app.py"), CONFIG)

if __name__ == "__main__":
    import sys

    sys.argv[1:1] = ["serve"]
    cli.main()
