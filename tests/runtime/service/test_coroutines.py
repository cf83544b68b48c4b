"""Coroutines in whole runs: they wait side by side, however few places the engine has."""

from __future__ import annotations

from pathlib import Path

from runtime import open_store

STEPS = '''
import asyncio

from runtime.component import component

begun = []
all_there = None


@component
async def meet(n: int) -> int:
    """Ends when forty calls have begun."""
    global all_there
    all_there = all_there or asyncio.Event()
    begun.append(n)
    if len(begun) == 40:
        all_there.set()
    await asyncio.wait_for(all_there.wait(), 30)
    return n
'''


def test_coroutines_take_no_place_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "flow.toml").write_text('[project]\ncomponents = ["meetings.py"]\n')
    (tmp_path / "meetings.py").write_text(STEPS)
    (tmp_path / "shop.flow").write_text(
        "flow shop {\n    out total: int = sum(m.result)\n    task m for n in range(0, 40) = meetings.meet(n: n)\n}\n"
    )
    with open_store(tmp_path / "flower.db", jobs=1) as store:
        store.deploy(tmp_path / "shop.flow")
        result = store.run("shop")
    assert result.outputs == {"total": 780}
