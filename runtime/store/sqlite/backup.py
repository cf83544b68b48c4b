"""Copies of a store: made while an engine writes, put back where a store was.

A backup is a folder that is itself a store, `flower.db` and `flower.db.d/`. It is marked as a copy; whoever opens it
for writing first makes it a store of its own (`runtime.store.sqlite.copied`).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Final

from runtime.model.errors import Refused, StoreProblem
from runtime.store.sqlite.connection import connect_reader, translate
from runtime.store.sqlite.copied import is_copy
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.integrity import damage
from runtime.store.sqlite.lock import EngineLock

NAME: Final = "flower.db"
"""What the file of a store is called in a backup."""
_BESIDE: Final = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds. `taken_at`: microseconds; `size`: bytes of all files."""

    folder: Path
    taken_at: int
    flows: int
    runs: int
    size: int


def back_up(files: StoreFiles, folder: Path, *, force: bool = False, logs: bool = True) -> BackupReport:
    """Copy a store as it is at one moment into a folder that is not there yet; others go on writing meanwhile.

    The folder appears at the end, whole. `force`: it may take the place of an older backup, and of nothing else.
    Without `logs` only the files that tasks of a run share are copied beside the database.
    """
    folder = folder.absolute()
    _check_place(folder, force)
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    try:
        try:
            partial.mkdir(mode=0o700, parents=True)
            taken_at = time.time_ns() // 1000
            running = _copy_database(files, partial / NAME, taken_at)
            _copy_runs(files, StoreFiles(partial / NAME), running, logs)
            report = _report(partial, folder, taken_at)
            _put(partial, folder)
        except OSError as error:
            raise StoreProblem(
                f"the backup cannot be written to {folder}: {error.strerror or error}", "choose another place"
            ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return report


def restore(folder: Path, files: StoreFiles, *, force: bool = False) -> Path | None:
    """Put a backup where the store `files` is or was; the name that the store there was moved to, if there was one.

    Refused while an engine works on the store, and where there is a store unless `force` says that it may be moved.
    """
    folder = folder.absolute()
    source = folder / NAME if folder.is_dir() else folder
    with closing(connect_reader(StoreFiles(source))) as found:
        _check_whole(found, source)
    files.create()
    lock = EngineLock(files)
    if not lock.acquire():
        raise Refused(f"a flower works on {files.db}", "stop it first: a service by its signal, a run by Ctrl-C")
    try:
        if files.db.exists() and not force:
            raise Refused(f"there is a store at {files.db}", "to move it aside and put the backup there: --force")
        return _replace(StoreFiles(source), files)
    finally:
        lock.release()


def _check_place(folder: Path, force: bool) -> None:
    if not os.path.lexists(folder):
        return
    if not _is_backup(folder):
        raise Refused(f"{folder} is there already, and is no backup", "choose a name that is not taken")
    if not force:
        raise Refused(f"there is a backup at {folder} already", "choose another name, or replace it: --force")


def _is_backup(folder: Path) -> bool:
    """Whether there is nothing but a copy that nobody has worked on: a store of its own may be the only one."""
    ours = {f"{NAME}{more}" for more in (*_BESIDE, ".d")}
    try:
        if not {entry.name for entry in folder.iterdir()} <= ours:
            return False
        with closing(sqlite3.connect(f"{(folder / NAME).as_uri()}?mode=ro", uri=True)) as found:
            return is_copy(found)
    except (OSError, sqlite3.Error):
        return False


def _copy_database(files: StoreFiles, copy: Path, now: int) -> set[int]:
    """One moment of the database; the ids of the attempts that were under way then."""
    with closing(connect_reader(files)) as source, _copied(source, copy, now) as target:
        _check_whole(target, files.db)
        return {row[0] for row in target.execute("SELECT id FROM task_attempt WHERE ended_at IS NULL")}


@contextmanager
def _copied(source: sqlite3.Connection, copy: Path, now: int) -> Iterator[sqlite3.Connection]:
    """A new file with what was committed in `source`, also if that is still in its WAL; marked as a copy."""
    with _errors_of(copy):
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            target.execute("UPDATE store SET copied_at = coalesce(copied_at, ?)", (now,))
            yield target


def _check_whole(connection: sqlite3.Connection, db: Path) -> None:
    told = damage(connection, quick=True)
    if told:
        raise StoreProblem(f"{db} is damaged: {told[0]}", "flower doctor tells more")


def _copy_runs(files: StoreFiles, copy: StoreFiles, running: set[int], logs: bool) -> None:
    """The folders of runs, without what belongs to attempts under way: nobody is to take those up from a copy."""
    with closing(connect_reader(copy)) as database:
        runs = [row[0] for row in database.execute("SELECT id FROM flow_run")]
    for run_id in runs:
        if not files.run(run_id).is_dir():
            continue
        for entry in files.run(run_id).iterdir():
            attempt = int(entry.name) if entry.name.isdecimal() else None
            if attempt in running or (attempt is not None and not logs):
                continue
            _copy_entry(entry, copy.run(run_id) / entry.name)


def _copy_entry(entry: Path, target: Path) -> None:
    """What is gone by now was not needed any more."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError, shutil.Error):
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, target, symlinks=True, ignore=_no_pipes)
        elif entry.is_file() or entry.is_symlink():
            shutil.copy2(entry, target, follow_symlinks=False)


def _no_pipes(folder: str, names: list[str]) -> list[str]:
    """Sockets, pipes and devices, which cannot be copied."""
    paths = [Path(folder) / name for name in names]
    return [path.name for path in paths if not (path.is_symlink() or path.is_file() or path.is_dir())]


def _report(partial: Path, folder: Path, taken_at: int) -> BackupReport:
    with closing(connect_reader(StoreFiles(partial / NAME))) as database:
        flows = database.execute("SELECT count(DISTINCT name) FROM flow_definition").fetchone()[0]
        runs = database.execute("SELECT count(*) FROM flow_run").fetchone()[0]
    size = sum(path.lstat().st_size for path in partial.rglob("*") if not path.is_dir())
    return BackupReport(folder, taken_at, flows, runs, size)


def _put(partial: Path, folder: Path) -> None:
    """Rename into place; an older backup goes only when the new one is there."""
    older = folder.with_name(f".{folder.name}.older-{os.getpid()}")
    if folder.exists():
        folder.rename(older)
    try:
        partial.rename(folder)
    except OSError:
        if older.exists():
            older.rename(folder)
        raise
    shutil.rmtree(older, ignore_errors=True)


def _replace(source: StoreFiles, files: StoreFiles) -> Path | None:
    """Copy first, then rename: if anything fails on the way, what was there is there again."""
    fresh = StoreFiles(files.db.with_name(f".{files.db.name}.restored-{os.getpid()}"))
    try:
        with closing(connect_reader(source)) as found, _copied(found, fresh.db, time.time_ns() // 1000):
            pass
        if source.folder.is_dir():
            shutil.copytree(source.folder, fresh.folder, symlinks=True, ignore=_no_pipes)
        aside = _move_aside(files) if files.db.exists() else None
        shutil.rmtree(files.folder)
        fresh.folder.rename(files.folder) if fresh.folder.is_dir() else files.create()
        fresh.db.rename(files.db)
    except OSError as error:
        raise StoreProblem(
            f"the backup cannot be put to {files.db}: {error.strerror or error}", "make room there, and try again"
        ) from None
    finally:
        fresh.db.unlink(missing_ok=True)
        shutil.rmtree(fresh.folder, ignore_errors=True)
    return aside


def _move_aside(files: StoreFiles) -> Path:
    """Rename a store with all its files; its folder is made anew, empty."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    names = (f"{files.db.name}.before-{stamp}{more}" for more in chain([""], (f"-{n}" for n in count(2))))
    aside = next(place for name in names if not os.path.lexists(place := files.db.with_name(name)))
    for suffix in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            files.db.with_name(files.db.name + suffix).rename(aside.with_name(aside.name + suffix))
    files.folder.rename(StoreFiles(aside).folder)
    files.create()
    return aside


@contextmanager
def _errors_of(db: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, db) from None
