"""``python -m dosecalc``, and the console script."""

import sys


def main() -> None:
    """Run the command line; an interrupt while it loads ends it like any other."""
    try:
        from dosecalc.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
