"""`python -m symrnn`: the command line."""

from symrnn.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
