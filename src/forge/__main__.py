"""`python -m forge` is the command `forge`."""

import atexit
import gc
import os
import sys
from typing import NoReturn

from forge.late import at_first_use_by_others

_SELDOM_USED = ("inspect", "uuid")  # click imports them at once, and needs them for a few commands and types
_YOUNG = 50_000  # objects made before the collector looks at them: of what a command loads, nearly all stays to its end


def main() -> NoReturn:
    """Run the command line and leave; an interrupt while it is still being loaded ends it quietly.

    Leaving takes Python as long as loading a third of forge, for memory that the system takes back anyway: so what was
    asked to run at the end is run, what was printed is flushed, and the process ends there.
    """
    _read_utf8()
    gc.set_threshold(_YOUNG)
    at_first_use_by_others(*_SELDOM_USED)
    try:
        from forge.front.cli.main import main as run  # noqa: PLC0415  (so that loading can be interrupted)

        status = run()
    except KeyboardInterrupt:
        status = 130
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 1
    os._exit(status)


def _read_utf8() -> None:
    """Start over in Python's UTF-8 mode where the locale has another encoding: documents, git and most names are UTF-8."""
    if sys.getfilesystemencoding() != "utf-8" and "utf8" not in sys._xoptions and sys.executable:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


if __name__ == "__main__":
    main()
