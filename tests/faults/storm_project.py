"""The flow of a storm: tasks of every kind that there is, each of which leaves a trace outside of the engine."""

from __future__ import annotations

PROJECT = '[project]\ncomponents = ["steps.py"]\n'

AT_MOST_ONCE = {"called", "sent"}
"""Calls that may not be repeated: lost with their process they are in doubt."""
REPEATABLE = {"counted", "awaited"}

STEPS = '''
import asyncio
import sqlite3
import time

from runtime.component import Context, Statements, component


def leave(context: Context) -> None:
    """A row outside of the store says that this attempt has done its work."""
    outside = sqlite3.connect(context.project / "outside.db", timeout=60, isolation_level=None)
    outside.execute("INSERT INTO effect VALUES (?, ?, ?)", (context.run, context.task, context.fence))
    outside.close()


@component
def call(n: int, context: Context) -> int:
    leave(context)
    time.sleep(0.01)
    return n


@component(runs="process")
def send(n: int, context: Context) -> int:
    leave(context)
    time.sleep(0.01)
    return n


@component(idempotent=True)
def count(n: int, context: Context) -> int:
    leave(context)
    time.sleep(0.01)
    return n


@component(idempotent=True)
async def wait(n: int, context: Context) -> int:
    leave(context)
    await asyncio.sleep(0.02)
    return n


@component(transactional=True)
def book(n: int, context: Context, statements: Statements) -> int:
    statements.add("CREATE TABLE IF NOT EXISTS booking (run TEXT, task TEXT, fence INTEGER)")
    statements.add("INSERT INTO booking VALUES (?, ?, ?)", [context.run, context.task, context.fence])
    time.sleep(0.01)
    return n
'''

_TRACE = "echo $FLOW_RUN $FLOW_TASK $FLOW_FENCE >> effects"
_AGAIN = "retry 100, delay: 0s"
"""Without it, what is idempotent is in doubt when it was lost three times."""
_LINKS = 60
_TRIED = 8


def _link(number: int) -> str:
    after = f"after link{number - 4}; " if number >= 4 else ""
    return f'    task link{number} {{ {after}sh "{_TRACE}; sleep 0.02" }}'


def _tried(number: int) -> str:
    """A script that fails at first, with a hook that tells of it."""
    mark = f"$FLOW_RUN_DIR/tried{number}"
    return f"""    task tried{number} {{
        retry 2, delay: 10ms
        sh "{_TRACE}; if mkdir {mark} 2>/dev/null; then exit 1; fi"
        on retry {{ task note {{ sh "{_TRACE}" }} }}
    }}"""


FLOW = "\n".join(
    [
        "flow storm {",
        *map(_link, range(_LINKS)),
        *map(_tried, range(_TRIED)),
        f"""    task mapped for n in range(0, 40) by n {{ sh "{_TRACE}" }}
    task called for n in range(0, 10) by n = steps.call(n: n)
    task sent for n in range(0, 20) by n = steps.send(n: n)
    parallel group for n in range(0, 10) by n {{
        limit 4
        task counted = steps.count(n: n) {{ {_AGAIN} }}
        task awaited = steps.wait(n: n) {{ {_AGAIN} }}
        task booked = steps.book(n: n) {{ {_AGAIN} }}
        task told {{ after counted, awaited, booked; sh "{_TRACE}" }}
    }}
    task last for n in range(0, 20) by n = steps.book(n: n) {{ after link40; {_AGAIN} }}
    parallel outside for n in range(0, 8) by n {{
        limit 2
        task put {{
            sql("outside.db") "INSERT INTO effect VALUES ({{{{ run.id }}}}, 'outside[' || {{{{ n }}}} || ']/put', 1)"
        }}
    }}
    on success {{ task bye {{ sh "{_TRACE}" }} }}
}}
""",
    ]
)
