"""How statements look that have more parts than a word and a value: shown where one is not understood."""

from __future__ import annotations

from typing import Final

_SCHEDULES: Final = "`schedule daily at 06:30`, `schedule weekly on mon, thu at 07:00`, `schedule every 15m`"

SHAPES: Final = {
    "from": 'write it like `from "./lib/quality.flow" import check_table`',
    "import": 'write it like `import "./lib/notify.flow" as notify`',
    "pool": "write it like `pool warehouse { limit 3 }` or `pool api { rate 10 per 1s }`",
    "test": 'write it like `test "a dry run publishes nothing" { given …; expect … }`',
    "given": "write it like `given daily_sales(dry_run: true), discover: skipped`",
    "schedule": f'write {_SCHEDULES} or `schedule cron "0 6 * * 1-5"`',
    "trigger": 'write it like `trigger after other_flow`, `trigger file "in/*.csv"` or `trigger webhook "name"`',
    "match": "write it like `match mode { full { … } incremental { … } }`",
    "if": "write it like `if dry_run { … } else { … }`",
    "on": "write it like `on failure { task … }`, `on late 3h { task … }` or `on crash rerun`",
    "overlap": "write it like `overlap skip`; the others are queue, cancel and allow",
    "until": 'write it like `until status == "ready", every: 30s, at_most: 100`',
    "ensure": 'write it like `ensure rows > 0, "there are no rows"`',
    "rate": "write it like `rate 10 per 1s`",
    "use": "write it like `use warehouse`, or `use warehouse 2` for two of its places",
    "cache": "write it like `cache 1d` or `cache 1d by source.key`",
    "after": "write it like `after a, b`, `after a or b`, `after a.failed` or `after any(shards, 3)`",
    "limit": "write it like `limit 8`, or `limit 2 runs` in a flow",
    "defaults": "write it like `defaults { retry 2 }`",
}
"""A help for each word."""
