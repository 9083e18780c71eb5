"""A runner that tries to act for the user, in many ways; each leaves its exit status and output.

It is started as `python hostile.py FOLDER NAME...`: FOLDER is for results, and the names are of
WAYS. The environment has FORGE, the command line of the program, and STATE, the state folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

_DAEMON = """
import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open(sys.argv[1], "wb") as out, open(sys.argv[1] + ".err", "wb") as err:
            done = subprocess.run(sys.argv[2], shell=True, stdout=out, stderr=err)
        open(sys.argv[1] + ".code", "w").write(str(done.returncode))
    os._exit(0)
os.wait()
"""
_SPAWN = """
import os, sys
pid = os.posix_spawn("/bin/sh", ["sh", "-c", sys.argv[1]], os.environ)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
_APPROVE = "$FORGE approve 01-02 --json"
_WITH_PATH = 'env -i PATH="$PATH" HOME="$HOME" FORGE="$FORGE"'

WAYS = {
    "direct": _APPROVE,
    "sh": f"sh -c '{_APPROVE}'",
    "nohup": f"nohup sh -c '{_APPROVE}'",
    "setsid": f"setsid -w sh -c '{_APPROVE}'",
    "empty environment": f"{_WITH_PATH} sh -c '{_APPROVE}'",
    "replaced process": f"exec {_WITH_PATH} sh -c '{_APPROVE}'",
    "unset variable": f"unset FORGE_RUN_ID; {_APPROVE}",
    "alias of git": f"git -c alias.x='!{_APPROVE}' x",
    "link to the state folder": 'ln -s "$STATE" "$OUT.link";'
    f' XDG_STATE_HOME="$OUT.link" {_APPROVE}',
    "spawned": f"\"$PYTHON\" -c '{_SPAWN}' '{_APPROVE}'",
    "another work tree": f'git worktree add -q "$OUT.tree"; cd "$OUT.tree"; {_APPROVE}',
    "another home": f'mkdir "$OUT.home"; HOME="$OUT.home" XDG_STATE_HOME= {_APPROVE}',
    "another state folder": f'XDG_STATE_HOME="$OUT.state" {_APPROVE}',
    "copied program": 'cp -r "$SOURCE" "$OUT.forge"; PYTHONPATH="$OUT.forge" "$PYTHON" -m forge'
    " approve 01-02 --json",
    "copied repository": f'cp -r . "$OUT.copy"; cd "$OUT.copy"; {_APPROVE}',
    "path through /proc": f'cd "/proc/self/root$PWD"; {_APPROVE}',
    "git's variables": f'GIT_DIR="$PWD/.git" GIT_WORK_TREE="$PWD" {_APPROVE}',
    "namespace of processes": f"unshare -Upf --mount-proc {_WITH_PATH} sh -c '{_APPROVE}'",
    "hidden /proc": f"unshare -Um --map-root-user sh -c 'mount -t tmpfs none /proc; {_APPROVE}'",
    "attest": "$FORGE attest 01-01 truth:1 --evidence README.md --note yes --json",
    "waive": "$FORGE waive 01-01 truth:1 --reason no --json",
    "answer": "$FORGE reject --json",
    "execute": "$FORGE execute 01-02 --approve --worktree --json",
    "settings": "$FORGE init --json",
    "commands": "$FORGE verify 01-01 --run --json",
    "probe": "$FORGE validate --probe --json",
    "stop": "$FORGE stop --json",
}


def main(folder: Path, names: list[str]) -> None:
    for number, name in enumerate(names):
        out = folder / str(number)
        env = {**os.environ, "OUT": str(out), "PYTHON": sys.executable}
        with out.open("wb") as file, out.with_name(f"{number}.err").open("wb") as errors:
            if name == "daemon":
                command = [sys.executable, "-c", _DAEMON, str(out), _APPROVE]
                subprocess.run(command, env=env, check=True)
                while not out.with_name(f"{number}.code").exists():
                    time.sleep(0.02)
                continue
            done = subprocess.run(
                ["sh", "-c", WAYS[name]], env=env, stdout=file, stderr=errors, check=False
            )
        out.with_name(f"{number}.code").write_text(str(done.returncode))
    Path("a.txt").write_text("a")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
