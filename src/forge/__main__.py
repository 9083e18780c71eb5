"""`python -m forge` is the command `forge`."""

import sys


def main() -> int:
    """Run the command line; an interrupt while it is still being loaded ends it quietly."""
    try:
        from forge.front.cli.main import main as run  # noqa: PLC0415  (so that loading can be interrupted)

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
