"""`flower top` on a terminal, in a pipe and for machines."""

from __future__ import annotations

from tests.cli.shop import Shop
from tests.cli.test_live import on_terminal

PROGRAM = """\
pool door { limit 1 }
flow guarded { task hold { use door; sh "touch begun; while ! test -f go; do sleep 0.02; done" } }
"""


def test_in_a_pipe_it_is_printed_once(seen: Shop) -> None:
    done = seen.flower("top")
    assert done.returncode == 0
    assert "nobody works" in done.stdout
    assert "Ended" in done.stdout
    assert "etl-1" in done.stdout
    data = seen.data("top")
    assert data["engine"] is False
    assert {run["run"] for run in data["runs"]} == {"etl-1", "etl-2"}


def test_on_a_terminal_it_is_live_follows_the_size_and_leaves_on_q(shop: Shop) -> None:
    shop.write("guarded.flow", PROGRAM)
    shop.deploy("guarded.flow")
    with on_terminal(shop, "top", PYTHONUTF8="1") as screen:
        screen.until("nobody works")
        with on_terminal(shop, "run", "guarded") as work:
            screen.until("an engine works")
            screen.until("guarded-1  running")
            screen.until("door  1/1")
            seen = len(screen.raw)
            screen.resize(8, 40)
            screen.until_after(seen, "…")
            screen.resize(24, 90)
            shop.write("go", "")
            work.end()
        screen.until("succeeded")
        screen.type("q")
        assert screen.end() == 0
    assert screen.raw.count("\x1b[?1049h") == screen.raw.count("\x1b[?1049l") == 1


def test_ctrl_c_leaves_it_too(seen: Shop) -> None:
    with on_terminal(seen, "top") as screen:
        screen.until("etl-1")
        screen.interrupt()
        assert screen.end() == 0
    assert screen.raw.count("\x1b[?1049l") == 1
