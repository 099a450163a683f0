"""`python -m core …`: the command line. See `core.cli`."""

from core.cli import main

if __name__ == "__main__":
    main()
