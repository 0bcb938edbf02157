"""`python -m watchroom` is the `watchroom` command."""

from watchroom.cli import main

main()
