"""The live display on a real terminal, and Ctrl-C in it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.shop import WAIT_SECONDS, Shop

GATED = """\
flow gated {
    task first { sh "echo started; while ! test -f go; do sleep 0.02; done" }
    parallel rest {
        task a { sh "echo a" }
        task b { sh "echo b; exit 3" }
    }
    first -> rest
}
"""
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """A command on a terminal of 90 columns and 24 rows; `text` is all it has written, without escape sequences."""

    def __init__(self, process: subprocess.Popen[bytes], side: int) -> None:
        self.process = process
        self._side = side
        self.raw = ""

    @property
    def text(self) -> str:
        return SEQUENCE.sub("", self.raw)

    def until(self, wanted: str) -> None:
        """Reads until the text is there."""
        deadline = time.monotonic() + WAIT_SECONDS
        while wanted not in self.text:
            assert time.monotonic() < deadline, f"{wanted!r} did not come; this did:\n{self.text[-2000:]}"
            assert self._read(), f"the command ended without {wanted!r}:\n{self.text[-2000:]}"

    def end(self) -> int:
        """Reads to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(WAIT_SECONDS)

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def type(self, keys: str) -> None:
        os.write(self._side, keys.encode())

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until_after(self, place: int, wanted: str) -> None:
        """Reads until the text is there in what was written after a place in `raw`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while wanted not in self.raw[place:]:
            assert time.monotonic() < deadline, f"{wanted!r} did not come"
            assert self._read(), f"the command ended without {wanted!r}"

    def _read(self) -> bool:
        ready, _, _ = select.select([self._side], [], [], WAIT_SECONDS)
        assert ready, "the terminal was silent for too long"
        try:
            data = os.read(self._side, 65_536)
        except OSError:
            return False
        self.raw += data.decode("utf-8", "replace")
        return bool(data)


@contextmanager
def on_terminal(shop: Shop, *words: str, **environment: str) -> Iterator[Terminal]:
    """`flower …` with a terminal as its input and output."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 90, 0, 0))
    process = subprocess.Popen(
        shop.command(*words),
        cwd=shop.folder,
        env=shop.environ(TERM="xterm-256color", **environment),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.fixture
def gated(shop: Shop) -> Shop:
    shop.write("gated.flow", GATED)
    return shop


def test_a_run_is_shown_live_from_its_start_to_its_summary(gated: Shop) -> None:
    with on_terminal(gated, "run", "gated.flow") as terminal:
        terminal.until("● first")
        terminal.until("waits for first")
        gated.write("go", "")
        assert terminal.end() == 1
    assert "✗ b" in terminal.text
    assert "b failed: exit code 3" in terminal.text
    assert "\x1b[32m" in terminal.raw
    assert terminal.text.splitlines()[-1].strip() == "flower rerun gated-1"
    assert terminal.raw.count("\x1b[?25l") == terminal.raw.count("\x1b[?25h") == 1


def test_the_elapsed_time_goes_on_while_nothing_happens(gated: Shop) -> None:
    with on_terminal(gated, "run", "gated.flow") as terminal:
        for seconds in ("1.", "2."):
            terminal.until(f"running  {seconds}")
        gated.write("go", "")
        terminal.end()


def test_ctrl_c_starts_nothing_more_and_says_how_to_go_on(gated: Shop) -> None:
    with on_terminal(gated, "run", "gated.flow") as terminal:
        terminal.until("● first")
        terminal.interrupt()
        terminal.until("Ctrl-C again ends what still runs: first")
        gated.write("go", "")
        assert terminal.end() == 130
    assert terminal.text.splitlines()[-1].strip() == "flower run --resume gated-1"
    states = gated.states("gated-1")
    assert states["rest/a"] == "waiting"
    assert gated.flower("run", "--resume", "gated-1").returncode == 1
    attempts = {task["task"]: task["attempts"] for task in gated.data("status")["tasks"]}
    assert (attempts["first"], attempts["rest/a"]) == (1, 1)


def test_the_second_ctrl_c_ends_the_scripts(gated: Shop) -> None:
    with on_terminal(gated, "run", "gated.flow") as terminal:
        terminal.until("● first")
        terminal.interrupt()
        terminal.until("Ctrl-C again")
        terminal.interrupt()
        assert terminal.end() == 130
    first = next(task for task in gated.data("status")["tasks"] if task["task"] == "first")
    assert (first["state"], first["reason"]) == ("failed", "cancelled")
    assert terminal.text.splitlines()[-1].strip() == "flower rerun gated-1"


def test_plain_lines_can_be_asked_for_on_a_terminal(gated: Shop) -> None:
    gated.write("go", "")
    with on_terminal(gated, "run", "gated.flow", "--plain") as terminal:
        assert terminal.end() == 1
    assert "first started" in terminal.text
    assert "\x1b[?25l" not in terminal.raw


def test_no_color_keeps_the_display_and_drops_the_colours(gated: Shop) -> None:
    gated.write("go", "")
    with on_terminal(gated, "run", "gated.flow", NO_COLOR="1") as terminal:
        assert terminal.end() == 1
    assert "✗ b" in terminal.text
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", terminal.raw)


def test_two_commands_show_one_run_and_both_see_its_end(gated: Shop) -> None:
    with on_terminal(gated, "run", "gated.flow") as first:
        first.until("● first")
        with on_terminal(gated, "run", "--resume", "gated-1") as second:
            second.until("● first")
            second.interrupt()
            second.until("the engine that is alive goes on with the run")
            assert second.end() == 130
            assert second.text.splitlines()[-1].strip() == "flower status gated-1"
        gated.write("go", "")
        assert first.end() == 1
