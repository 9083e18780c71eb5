"""Loaded by a forge process under test: counts its effects, and kills it or fails at a given one.

An effect is a flush, a rename, a link, a removal, or the start of another program; with
FORGE_TEST_FINE also a write, a new file and a folder that is made or removed. Children are not
counted.
"""

import errno
import os
import signal
import subprocess

_KILL_AT = int(os.environ.get("FORGE_TEST_KILL_AT") or 0)
_FAIL_AT = int(os.environ.get("FORGE_TEST_FAIL_AT") or 0)
_FAIL_WITH = int(os.environ.get("FORGE_TEST_FAIL_WITH") or errno.ENOSPC)
_COUNT_TO = os.environ.get("FORGE_TEST_COUNT_TO")
_count = 0


def _effect(function, fails=True):
    def wrapped(*args, **kwargs):
        global _count
        _count += 1
        if _COUNT_TO:
            descriptor = _open(_COUNT_TO, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            _write(descriptor, str(_count).encode())
            os.close(descriptor)
        if _count == _KILL_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        if fails and _FAIL_AT and _count >= _FAIL_AT:
            raise OSError(_FAIL_WITH, os.strerror(_FAIL_WITH))
        return function(*args, **kwargs)

    return wrapped


_open, _write = os.open, os.write
if _KILL_AT or _FAIL_AT or _COUNT_TO:
    for _name in ("fdatasync", "fsync", "rename", "replace", "link"):
        setattr(os, _name, _effect(getattr(os, _name)))
    os.unlink = _effect(os.unlink, fails=False)
    subprocess.Popen.__init__ = _effect(subprocess.Popen.__init__, fails=False)
    if os.environ.get("FORGE_TEST_FINE"):
        for _name in ("mkdir", "rmdir", "write"):
            setattr(os, _name, _effect(getattr(os, _name)))
        _create = _effect(_open)
        os.open = lambda path, flags, *args, **kwargs: (_create if flags & os.O_CREAT else _open)(
            path, flags, *args, **kwargs
        )
