"""How risky a step's diff is, and why."""

from __future__ import annotations

import pytest

from forge.check.diff.risk import Judgement, judge, protected
from forge.git.commits.changes import Change, Changes
from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.scope import WriteScope
from forge.planning.settings import ScopeLimits

AWS = "AKIA" + "IOSFODNN7EXAMPLE"
LIMITS = ScopeLimits(max_files=10, max_lines=100, protect=("src/*.lock", "b.lock", ".github/**"))


def change(path: str, status: str = "M", lines: int = 1, mode: int = 0o100644) -> Change:
    return Change(path, status, 0 if status == "D" else mode, "0" * 40, lines, 0)


def patch(path: str, *lines: str) -> bytes:
    body = "\n".join(lines)
    return (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n{body}\n".encode()
    )


def rated(
    *changes: Change,
    scope: tuple[str, ...] = ("src/",),
    deletes: tuple[str, ...] = (),
    data: bytes = b"",
    contract: Contract | None = None,
) -> Judgement:
    whole = Changes(list(changes), data)
    return judge(whole, WriteScope.of(scope), deletes, LIMITS, contract or Contract())


def test_a_small_diff_inside_the_scope_is_low() -> None:
    assert rated(change("src/a.py")) == Judgement("low", (), (), ())


@pytest.mark.parametrize(
    ("changes", "kinds", "reason"),
    [
        ([change("docs/a.md")], ("scope",), "out of scope: docs/a.md"),
        ([change("src/a.py", "D")], ("delete",), "deletes src/a.py, which no step announces"),
        ([change("src/x.lock")], ("unlisted",), "protected: src/x.lock"),
        ([change(f"src/{n}.py") for n in range(11)], ("limit",), "11 files, more than"),
        ([change("src/a.py", lines=101)], ("limit",), "101 lines, more than scope.max_lines 100"),
    ],
)
def test_what_makes_a_diff_high(changes: list[Change], kinds: tuple[str, ...], reason: str) -> None:
    judgement = rated(*changes)
    assert judgement.risk == "high" and judgement.kinds == kinds
    assert judgement.reasons[0].startswith(reason)


def test_paths_out_of_scope_are_listed() -> None:
    judgement = rated(change("src/a.py"), change("b.py"), change("c/d.py"))
    assert judgement.out_of_scope == ("b.py", "c/d.py")
    assert judgement.reasons == ("out of scope: b.py", "out of scope: c/d.py")


def test_an_announced_delete_is_low() -> None:
    assert rated(change("src/a.py", "D"), deletes=("src/a.py",)).risk == "low"
    assert rated(change("src/a.py", "D"), deletes=("src/",)).risk == "low"


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        (("src/x.lock",), "protected"),
        (("src/*.lock",), "unlisted"),
        (("src/",), "unlisted"),
        (("**",), "unlisted"),
    ],
)
def test_a_protected_path_that_the_plan_names_itself(scope: tuple[str, ...], kind: str) -> None:
    assert rated(change("src/x.lock"), scope=scope).kinds == (kind,)


def test_a_folder_inside_what_is_protected_counts_as_named() -> None:
    judgement = rated(change(".github/workflows/ci.yml"), scope=(".github/workflows/",))
    assert judgement.kinds == ("protected",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([change("src/run.sh", mode=0o100755)], "mode 100755: src/run.sh"),
        ([change("src/link", mode=0o120000)], "mode 120000: src/link"),
        ([change(f"src/{n}.py") for n in range(6)], "large: "),
        ([change("src/a.py", lines=51)], "large: "),
    ],
)
def test_what_makes_a_diff_medium(changes: list[Change], reason: str) -> None:
    judgement = rated(*changes)
    assert judgement.risk == "medium" and judgement.kinds == ()
    assert judgement.reasons[0].startswith(reason)


@pytest.mark.parametrize("count", [1, 5])
def test_half_of_a_limit_is_still_low(count: int) -> None:
    assert rated(*[change(f"src/{n}.py") for n in range(count)]).risk == "low"


def test_a_secret_in_an_added_line() -> None:
    judgement = rated(change("src/a.py"), data=patch("src/a.py", f"+key = '{AWS}'"))
    assert judgement.kinds == ("secret",)
    (reason,) = judgement.reasons
    assert reason.startswith("looks like a secret (") and reason.endswith("): src/a.py")


@pytest.mark.parametrize(
    "data",
    [
        patch("src/a.py", f"-key = '{AWS}'"),
        patch("src/a.py", f" key = '{AWS}'"),
        patch(f"src/{AWS}.py", "+nothing"),
    ],
)
def test_removed_lines_context_and_headers_are_not_searched(data: bytes) -> None:
    assert rated(change("src/a.py"), data=data).risk == "low"


def test_a_secret_of_one_kind_is_reported_once_per_file() -> None:
    data = patch("src/a.py", f"+{AWS}", f"+{AWS}") + patch("src/b.py", f"+{AWS}")
    judgement = rated(change("src/a.py"), change("src/b.py"), data=data)
    assert [reason.rpartition(": ")[2] for reason in judgement.reasons] == ["src/a.py", "src/b.py"]


def test_a_huge_patch_is_reported_as_not_searched() -> None:
    judgement = rated(change("src/a.py"), data=b"+" + b"x" * (4 << 20))
    assert judgement.kinds == ("secret",) and "nothing beyond 4 MiB" in judgement.reasons[0]


def test_a_path_that_a_mission_does_not_allow_is_out_of_scope() -> None:
    contract = Contract()
    contract.__dict__["_scopes"] = [("start", WriteScope.of(["src/a.py"]))]
    judgement = rated(change("src/a.py"), change("src/b.py"), contract=contract)
    assert judgement.kinds == ("scope",) and judgement.out_of_scope == ("src/b.py",)
    assert judgement.reasons == ("outside the mission start: src/b.py",)


def test_all_reasons_are_given_in_order() -> None:
    judgement = rated(change("b.lock", "D", lines=200), data=patch("b.lock", f"+{AWS}"))
    assert judgement.kinds == ("scope", "delete", "unlisted", "secret", "limit")
    assert len(judgement.reasons) == 5


def test_protected_paths() -> None:
    paths = ["a.lock", "src/b.lock", ".github/workflows/ci.yml", "src/a.py"]
    assert protected(paths, ("*.lock", ".github/**")) == ["a.lock", ".github/workflows/ci.yml"]
    assert protected(paths, ("src/*.lock",)) == ["src/b.lock"]
    assert protected(paths, ()) == []
