"""Logs: complete up to their cap, then head and tail with a line that says what is missing."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

from runtime.executor.log import cut, open_log, relieve, size_text
from tests.runtime.executor.attempts import Bench, await_fifo, fifo

CAP = 64 * 1024


def test_log_within_its_cap_is_kept_byte_for_byte(tmp_path: Path) -> None:
    bench = Bench(tmp_path, log_cap_bytes=CAP)
    attempt = bench.script("sh", f"head -c {CAP} /dev/zero | tr '\\0' x")
    bench.run(attempt)
    assert bench.log(attempt) == "x" * CAP


def test_hundred_megabytes_of_output_are_recorded_as_head_and_tail(bench: Bench) -> None:
    attempt = bench.script("sh", "seq 1 13000000")
    outcome = bench.run(attempt)
    assert outcome.succeeded
    lines = bench.log(attempt).splitlines()
    assert (lines[0], lines[-1]) == ("1", "13000000")
    (note,) = [line for line in lines if "left out here" in line]
    assert note.startswith("[89.")
    assert (attempt.folder / "log").stat().st_size < 17_000_000
    numbers = [int(line) for line in lines if line and line != note]
    jumps = [(a, b) for a, b in pairwise(numbers) if b != a + 1]
    assert len(jumps) == 1


def test_cut_says_how_much_is_missing_and_keeps_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    content = "".join(f"line {number}\n" for number in range(20_000))
    log.write_text(content)
    cut(str(log), CAP)
    head, _, rest = log.read_text().partition("\n[")
    note, _, tail = rest.partition("]\n")
    assert content.startswith(head + "\n")
    assert content.endswith(tail)
    assert tail.startswith("line ")
    assert note.startswith(f"{size_text(len(content) - len(head) - len(tail))} left out here")
    assert log.stat().st_mode & 0o777 == 0o600


def test_one_endless_line_is_cut_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * (4 * CAP))
    cut(str(log), CAP)
    assert log.stat().st_size < CAP + 200


def test_relieving_a_log_gives_back_its_middle_and_keeps_both_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    fd = open_log(str(log))
    os.write(fd, b"".join(b"%07d\n" % number for number in range(1_000_000)))
    before = log.stat()
    relieve(str(log), CAP)
    os.write(fd, b"after\n")
    os.close(fd)
    assert log.stat().st_size == before.st_size + 6
    assert log.stat().st_blocks * 512 < 4 * CAP
    content = log.read_bytes()
    assert content.startswith(b"0000000\n0000001\n")
    assert content.endswith(b"0999999\nafter\n")


def test_log_is_relieved_while_its_script_runs(tmp_path: Path) -> None:
    bench = Bench(tmp_path, log_cap_bytes=CAP)
    ready, go = fifo(tmp_path / "ready"), fifo(tmp_path / "go")
    # The script writes, and goes on when the file has become small on the disk.
    watch = 'while [ $(stat -c %b "$FLOW_TMP/../log") -gt 1000 ]; do sleep 0.05; done'
    attempt = bench.script("sh", f"seq 1 200000; {watch}; echo >{ready}; cat {go}", timeout_seconds=20)
    bench.executor.submit(attempt, bench)
    await_fifo(ready)
    go.write_text("")
    assert bench.wait(attempt).succeeded


def test_log_that_a_script_removes_does_not_disturb_its_end(bench: Bench) -> None:
    assert bench.run(bench.script("sh", 'rm "$FLOW_TMP/../log"; echo lost')).succeeded


def test_sizes_read_well() -> None:
    assert [size_text(size) for size in (0, 999, 1000, 94_300_000, 5 * 10**12)] == [
        "0 B", "999 B", "1.0 kB", "94.3 MB", "5.0 TB",
    ]  # fmt: skip
