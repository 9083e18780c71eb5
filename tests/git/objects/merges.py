"""A history with a merge."""

from __future__ import annotations

from tests.conftest import Sandbox


def merged(sandbox: Sandbox, *side: str) -> dict[str, str]:
    """Make the history b - 1 - m - 2, in which `m` merges the commits of a side branch from `b`.

    The side branch has the commit `s` unless others are named. Return the ids by name.
    """
    commits = {"b": sandbox.head()}
    sandbox.git("checkout", "-qb", "side")
    for name in side or ("s",):
        commits[name] = sandbox.commit(name)
    sandbox.git("checkout", "-q", "main")
    commits["1"] = sandbox.commit("1")
    sandbox.git("merge", "-q", "--no-ff", "-m", "m", "side")
    commits["m"] = sandbox.head()
    commits["2"] = sandbox.commit("2")
    return commits
