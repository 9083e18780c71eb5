"""`python -m forge` is the command `forge`."""

import gc
import sys

_YOUNG = 50_000  # objects made before the collector looks at them: of what a command loads, nearly all stays to its end


def main() -> int:
    """Run the command line; an interrupt while it is still being loaded ends it quietly."""
    gc.set_threshold(_YOUNG)
    try:
        from forge.front.cli.main import main as run  # noqa: PLC0415  (so that loading can be interrupted)

        return run()
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()  # the interpreter looks for garbage once more as it ends, which takes longer than many a command


if __name__ == "__main__":
    sys.exit(main())
