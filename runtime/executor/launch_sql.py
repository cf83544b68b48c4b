"""Runs the statements of an `sql` action on an SQLite file, in a process of its own and in one transaction.

Started by path as `python -P launch_sql.py FOLDER`; imports the standard library alone. Reads `job` and `script` in
the folder, and the path of the database in `FLOW_CONNECTION`; prints what was done; leaves `result`, the rows of the
last statement that gave any, or `error`.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

WAIT_SECONDS = 600
"""For a database that another task is writing; the task's own timeout ends it sooner."""

KEEP_ROWS = 100_000
SHOW_ROWS = 20
SHOW_WIDTH = 40

LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)
OUTSIDE = frozenset({"ATTACH", "DETACH", "PRAGMA", "VACUUM"})
"""What SQLite does not do within a transaction: runs before or after it."""

READS = frozenset({"SELECT", "VALUES", "EXPLAIN", "PRAGMA"})
OWN_TRANSACTION = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK"})


class Statement(NamedTuple):
    """`line` counts from 0 within the script; `word` is the first keyword."""

    text: str
    line: int
    word: str


class Rows(NamedTuple):
    """The rows of a statement: the first `KEEP_ROWS`, and how many there were."""

    columns: list[str]
    rows: list[Sequence[Any]]
    total: int


class Problem(Exception):
    """A sentence for the person, and the line it is about."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.line = line


def main(folder: str) -> int:
    with open(f"{folder}/job", encoding="utf-8") as file:
        job = json.load(file)
    with open(f"{folder}/script", encoding="utf-8", newline="") as file:
        statements = list(split(file.read()))
    try:
        check(statements)
        with connect(os.environ["FLOW_CONNECTION"], statements) as database:
            last = run(database, statements, job["parameters"])
    except Problem as problem:
        sentence = f"{problem} ({job['source']}:{job['line'] + problem.line})"
        print(sentence, file=sys.stderr)
        leave(f"{folder}/error", sentence)
        return 1
    if last is not None and job["wants_rows"]:
        leave(f"{folder}/result", json.dumps(last._asdict(), default=refuse_blob))
    return 0


def split(text: str) -> Iterator[Statement]:
    """The statements of a script, each ending at its semicolon; what is only comment is none."""
    start = 0
    while start < len(text):
        end = statement_end(text, start)
        first = LEADING.match(text, start)
        begin = first.end() if first else start
        if begin < end and text[begin:end].strip(" \t\r\n;"):
            word = re.compile(r"\w*").match(text, begin)
            yield Statement(text[start:end], text.count("\n", 0, begin), word[0].upper() if word else "")
        start = end


def statement_end(text: str, start: int) -> int:
    end = text.find(";", start)
    while end >= 0 and not sqlite3.complete_statement(text[start : end + 1]):
        end = text.find(";", end + 1)
    return end + 1 if end >= 0 else len(text)


def check(statements: Sequence[Statement]) -> None:
    for statement in statements:
        if statement.word in OWN_TRANSACTION:
            raise Problem(f"a script is one transaction already: leave out {statement.word}", statement.line)


class connect:
    """The database as a context; made if the script writes, closed at the end."""

    def __init__(self, path: str, statements: Sequence[Statement]) -> None:
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise Problem(f"the folder of the database, {folder}, does not exist; make it in a task before")
        if not os.path.exists(path) and all(statement.word in READS for statement in statements):
            raise Problem(f"there is no database {path}, and this script only reads")
        try:
            self.database = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise Problem(f"the database {path} cannot be opened: {error}") from None

    def __enter__(self) -> sqlite3.Connection:
        return self.database

    def __exit__(self, *_: object) -> None:
        self.database.close()


def run(database: sqlite3.Connection, statements: Sequence[Statement], parameters: dict[str, Any]) -> Rows | None:
    """The rows of the last statement that gave any. All is rolled back if one fails."""
    before, within, after = parts(statements)
    last = None
    for statement in before:
        last = execute(database, statement, parameters) or last
    if within:
        begin(database, within)
    for statement in within:
        last = execute(database, statement, parameters) or last
    if within:
        finish(database, within[-1])
    for statement in after:
        last = execute(database, statement, parameters) or last
    return last


def parts(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """Those before, within and after the transaction."""
    inner = [index for index, statement in enumerate(statements) if statement.word not in OUTSIDE]
    first, end = (inner[0], inner[-1] + 1) if inner else (len(statements), len(statements))
    return list(statements[:first]), list(statements[first:end]), list(statements[end:])


def begin(database: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    """A writing script takes the write lock at once: to take it later can fail without a chance to wait."""
    reads = all(statement.word in READS for statement in statements)
    try:
        database.execute("BEGIN" if reads else "BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise Problem(str(error), statements[0].line) from None


def finish(database: sqlite3.Connection, statement: Statement) -> None:
    try:
        database.execute("COMMIT")
    except sqlite3.Error as error:
        raise Problem(f"the transaction could not be committed: {error}", statement.line) from None


def execute(database: sqlite3.Connection, statement: Statement, parameters: dict[str, Any]) -> Rows | None:
    try:
        cursor = database.execute(statement.text, parameters)
        if cursor.description is None:
            if cursor.rowcount > 0 or (cursor.rowcount == 0 and statement.word != "CREATE"):
                print(
                    f"{statement.word.lower()}: {cursor.rowcount} row{'' if cursor.rowcount == 1 else 's'}", flush=True
                )
            return None
        found = fetch(cursor)
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        raise Problem(str(error), statement.line) from None
    show(found)
    return found


def fetch(cursor: sqlite3.Cursor) -> Rows:
    """All rows are read, as `INSERT … RETURNING` needs it; only some are kept."""
    columns = [entry[0] for entry in cursor.description]
    kept = cursor.fetchmany(KEEP_ROWS)
    return Rows(columns, kept, len(kept) + sum(1 for _ in cursor))


def show(found: Rows) -> None:
    """A short table in the log."""
    cells = [found.columns] + [[cell(value) for value in row] for row in found.rows[:SHOW_ROWS]]
    widths = [max(len(line[index]) for line in cells) for index in range(len(found.columns))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    print(f"({found.total} row{'' if found.total == 1 else 's'})", flush=True)


def cell(value: Any) -> str:
    text = "null" if value is None else f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)
    text = " ".join(text.split("\n"))
    return text if len(text) <= SHOW_WIDTH else text[: SHOW_WIDTH - 1] + "…"


def refuse_blob(value: Any) -> Any:
    """Marks a blob, which is no value of ours; only an output that is a blob fails for it."""
    return {"blob": len(value)}


def leave(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
