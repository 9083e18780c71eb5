"""`python -m forge` is the command `forge`."""

import atexit
import contextlib
import gc
import os
import sys
from typing import NoReturn

from forge.lazy import at_first_use_by_others

_SELDOM_USED = (
    "inspect",
    "uuid",
)  # click imports them at once, and needs them for a few commands and types
# objects made before the collector looks at them: of what a command loads, nearly all stays to its
# end
_YOUNG = 50_000


def main() -> NoReturn:
    """Run the command line and leave; an interrupt while it is still being loaded ends it quietly.

    Leaving takes Python as long as loading a third of forge, for memory that the system takes back
    anyway: so what was asked to run at the end is run, what was printed is flushed, and the process
    ends there.
    """
    _read_utf8()
    _open_streams()
    gc.set_threshold(_YOUNG)
    at_first_use_by_others(*_SELDOM_USED)
    try:
        from forge.front.cli.main import main as run  # noqa: PLC0415  (so that loading can be interrupted)

        status = run()
    except KeyboardInterrupt:
        status = 130
    except OSError as error:  # of what is printed before any verb is called
        status = _unwritten(error)
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except OSError as error:
        status = status or _unwritten(error)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(status)


def _unwritten(error: OSError) -> int:
    """Say that what was printed could not be written, and return the exit status; who has closed a
    pipe knows it.
    """
    if not isinstance(error, BrokenPipeError):
        with contextlib.suppress(OSError):
            os.write(
                2, f"forge: what was printed could not be written: {error.strerror}\n".encode()
            )
    return 1


def _open_streams() -> None:
    """Have standard streams that were closed lead nowhere: a file that is opened in their place
    would be written to.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(nowhere, True)
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8"))


def _read_utf8() -> None:
    """Start over in Python's UTF-8 mode where the locale has another encoding: documents, git and
    most names are UTF-8.
    """
    if sys.getfilesystemencoding() != "utf-8" and "utf8" not in sys._xoptions and sys.executable:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


if __name__ == "__main__":
    if not sys.flags.safe_path:
        # `python -m` puts the current folder first: nothing in a repository may be imported
        del sys.path[0]
    main()
