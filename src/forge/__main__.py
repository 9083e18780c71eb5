"""`python -m forge` is the command `forge`."""

import atexit
import contextlib
import gc
import os
import sys
from typing import NoReturn

from forge.lazy import at_first_use_by_others

_SELDOM_USED = ("inspect", "ipaddress", "ntpath", "textwrap", "uuid")
"""Modules that click, pathlib and msgspec import at once and need for a few commands only."""
_STRUCTS, _BACKPORTS = "msgspec", "typing_extensions"
"""msgspec prefers the second module to `typing`, which has the same since Python 3.11: it takes a
tenth of the time of a short command to load.
"""
_COLLECTOR_THRESHOLD = 50_000
"""Objects before the garbage collector runs: nearly all objects of a command live to its end."""


def main() -> NoReturn:
    """Run the command line and end the process. An interrupt while it is loading is silent.

    An orderly exit takes Python a third of the time that forge takes to load, for memory that the
    system frees anyway. So exit functions run, output is flushed, and the process ends at once.
    """
    _use_utf8()
    _open_streams()
    gc.set_threshold(_COLLECTOR_THRESHOLD)
    at_first_use_by_others(*_SELDOM_USED)
    at_first_use_by_others(_STRUCTS, without=_BACKPORTS)
    try:
        from forge.front.cli.main import main as run  # noqa: PLC0415  (loading can be interrupted)

        status = run()
    except KeyboardInterrupt:
        status = 130
    except OSError as error:  # a failed write before any verb is called
        status = _not_written(error)
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except OSError as error:
        status = status or _not_written(error)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(status)


def _not_written(error: OSError) -> int:
    """Report a failed write and return the exit status; a closed pipe is not reported."""
    if not isinstance(error, BrokenPipeError):
        message = f"forge: what was printed could not be written: {error.strerror}\n"
        with contextlib.suppress(OSError):
            os.write(2, message.encode())
    return 1


def _open_streams() -> None:
    """Connect closed standard streams to the null device.

    Otherwise the next file that is opened would take their place and be written to.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(null, True)
            setattr(sys, name, os.fdopen(null, mode, encoding="utf-8"))


def _use_utf8() -> None:
    """Start again in Python's UTF-8 mode if the locale has another encoding.

    Documents, git and most file names are UTF-8.
    """
    if sys.getfilesystemencoding() != "utf-8" and "utf8" not in sys._xoptions and sys.executable:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


if __name__ == "__main__":
    if not sys.flags.safe_path:
        # `python -m` puts the current folder first: nothing in a repository may be imported
        del sys.path[0]
    main()
