"""Spawning by the C library and by Python does the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.executor import spawn as spawning

Run = Callable[..., str]


@pytest.fixture(params=["library", "python"])
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a line of shell; what it printed."""
    if request.param == "python":
        monkeypatch.setattr(spawning, "_library", lambda: None)
    elif spawning._library() is None:
        pytest.skip("the C library of this system is not called directly")

    def line(
        text: str, env: dict[str, str] | None = None, closed: tuple[int, ...] = (), program: str = "/bin/sh"
    ) -> str:
        out = os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            pid = spawning.spawn(program, ["sh", "-c", text], env or {}, [(out, 1)], closed, [signal.SIGPIPE])
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        finally:
            os.close(out)
        return (tmp_path / "out").read_text()

    return line


def test_it_has_its_variables_and_no_others(run: Run) -> None:
    assert run("echo $A; echo ${HOME-none}", {"A": "ä b"}) == "ä b\nnone\n"


def test_it_leads_a_session_of_its_own(run: Run) -> None:
    pid, session = run("read -r pid _ _ _ _ session _ </proc/self/stat; echo $$ $session").split()
    assert pid == session != str(os.getsid(0))


def test_a_signal_that_python_ignores_is_not_ignored(run: Run) -> None:
    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN
    ignored = int(
        run("while read -r name value; do [ $name = SigIgn: ] && echo $value; done </proc/self/status; :"), 16
    )
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_no_signal_is_masked(run: Run) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    try:
        masked = run("while read -r name value; do [ $name = SigBlk: ] && echo $value; done </proc/self/status; :")
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
    assert int(masked, 16) == 0


def test_what_it_must_not_inherit_is_closed(run: Run, tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(fd, True)
    look = f"[ -e /proc/self/fd/{fd} ] && echo open || echo closed"
    try:
        assert [run(look), run(look, closed=(fd,))] == ["open\n", "closed\n"]
    finally:
        os.close(fd)


def test_a_program_that_is_not_there_is_an_error_of_the_system(run: Run) -> None:
    with pytest.raises(FileNotFoundError):
        run("true", program="/nowhere/sh")


@pytest.mark.parametrize("env", [{"A": "x\0y"}, {"A=B": "x"}])
def test_what_cannot_be_passed_on_is_refused(run: Run, env: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"null byte|variable name"):
        run("true", env)
