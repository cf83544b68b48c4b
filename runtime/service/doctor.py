"""The doctor: is a store healthy, and what is lying about? Finds first, and mends only what is certain."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from runtime.model.errors import StoreProblem
from runtime.model.process import ProcessName, boot_id, host_name, start_ticks
from runtime.project import components_hash
from runtime.store.sqlite.examination import Examination, examine
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.lock import EngineLock

if TYPE_CHECKING:
    from runtime.service.service import Service

Grade = Literal["good", "note", "warning", "error"]

_LITTLE_SPACE: Final = 200_000_000
_NO_SPACE: Final = 20_000_000
_NETWORK: Final = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "lustre", "glusterfs", "afs", "fuse.sshfs"}
_FIRST_WITH_WAL_DEFECT: Final = (3, 7, 0)
_LAST_WITH_WAL_DEFECT: Final = (3, 51, 2)
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `help`: one thing to do. `mend`: does it where that is certain; `--fix` calls it."""

    check: str
    grade: Grade
    message: str
    help: str = ""
    mend: Callable[[], None] | None = None

    @property
    def wrong(self) -> bool:
        return self.grade in ("warning", "error")


class Doctor:
    """Examines the store of a service. Each check gives findings; one that is fine gives a good one."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._files: StoreFiles = service.files

    def examine(self) -> list[Finding]:
        """All findings, in the order of the checks."""
        found = [*self._place(), *self._permissions(), *self._space()]
        folders = list(_folders(self._files))  # before the rows: a folder is made after its row
        try:
            _ = self._service.reader
            seen = examine(self._files)
        except StoreProblem as problem:
            return [*found, Finding("store", "error", str(problem), problem.help or "")]
        alive = self._holder(seen, found)
        found += [*self._store(seen), *_library(seen), *self._counts(seen), *self._processes(seen, alive)]
        found += [*_leftovers(folders, self._files, seen), *_components(seen)]
        return found

    def mend(self) -> list[Finding]:
        """Do what is certain; what was mended."""
        mended = [finding for finding in self.examine() if finding.mend is not None]
        for finding in mended:
            assert finding.mend is not None
            finding.mend()
        return mended

    def _place(self) -> Iterator[Finding]:
        kind = filesystem_of(self._files.db.parent)
        if kind in _NETWORK:
            yield Finding(
                "place", "error", f"{self._files.db} is on a network filesystem ({kind})", "keep it on a local disk"
            )
        else:
            yield Finding("place", "good", f"{self._files.db}" + (f" ({kind})" if kind else ""))

    def _permissions(self) -> Iterator[Finding]:
        wanted = ((self._files.db, 0o600), (self._files.folder, 0o700))
        bad = [(path, mode) for path, mode in wanted if path.exists() and path.stat().st_mode & 0o077]
        for path, mode in bad:
            own = path.stat().st_uid == os.getuid()
            yield Finding(
                "permissions",
                "warning",
                f"others may read or write {path} ({path.stat().st_mode & 0o777:o})",
                f"chmod {mode:o} {path}",
                (lambda path=path, mode=mode: path.chmod(mode)) if own else None,  # type: ignore[misc]
            )
        if not bad:
            yield Finding("permissions", "good", "the store is private")

    def _space(self) -> Iterator[Finding]:
        free = shutil.disk_usage(_existing(self._files.db.parent)).free
        grade: Grade = "error" if free < _NO_SPACE else "warning" if free < _LITTLE_SPACE else "good"
        help = "make room, or forget old runs: flower prune --older-than 30d" if grade != "good" else ""
        yield Finding("space", grade, f"{free // 1_000_000:,} MB are free", help)

    def _holder(self, seen: Examination, found: list[Finding]) -> bool:
        """Whether an engine is alive; what is to be said about it goes to `found`."""
        answers = _answers(self._files.socket)
        lock = EngineLock(self._files)
        self._files.create()
        held = not lock.acquire()
        lock.release()
        who = next((f" (process {name.pid})" for _, host, name in seen.engines if _lives(host, name)), "")
        trouble = self._service.trouble() if held and answers else None
        if trouble is not None:
            found.append(Finding("engine", "error", f"the engine{who} cannot go on: {trouble.message}", trouble.help))
        elif held and answers:
            found.append(Finding("engine", "good", f"an engine works on the store{who}"))
        elif held:
            help = "look for a flower that hangs, and end it"
            found.append(Finding("engine", "warning", f"the store is locked{who}, but nobody answers", help))
        else:
            found.append(Finding("engine", "good", "nobody works on the store at the moment"))
            if self._files.socket.exists():
                found.append(
                    Finding(
                        "leftovers",
                        "note",
                        f"the socket of an engine that is gone: {self._files.socket}",
                        "the next engine replaces it",
                        lambda: self._files.socket.unlink(missing_ok=True),
                    )
                )
        return held

    def _store(self, seen: Examination) -> Iterator[Finding]:
        for message in seen.damage[:_NAMED]:
            yield Finding(
                "store", "error", f"the file is damaged: {message}", "restore a backup: flower restore FOLDER"
            )
        for table, count in seen.dangling.items():
            yield Finding(
                "store", "error", f"{count} rows of {table} refer to rows that are not there", "restore a backup"
            )
        for _, ref in seen.unreadable:
            yield Finding(
                "store", "error", f"run {ref} cannot be read: its definition is damaged", f"flower cancel {ref}"
            )
        if not (seen.damage or seen.dangling or seen.unreadable):
            yield Finding("store", "good", f"whole; schema {seen.schema} of {seen.newest_schema}")
        if seen.hand_changes:
            yield Finding("store", "note", f"{seen.hand_changes} updates by hand wait for whoever works next")

    def _counts(self, seen: Examination) -> Iterator[Finding]:
        for run_id, ref in seen.miscounted:
            yield Finding(
                "counts",
                "error",
                f"run {ref}: what its tasks wait for does not follow from their states",
                "count again: flower doctor --fix",
                lambda run_id=run_id: self._service.recount(run_id),  # type: ignore[misc]
            )
        if not seen.miscounted:
            yield Finding("counts", "good", "what tasks wait for follows from their states")

    def _processes(self, seen: Examination, alive: bool) -> Iterator[Finding]:
        left = [(ref, path, name) for ref, path, name in seen.ended_processes if _lives(host_name(), name)]
        for ref, path, name in left[:_NAMED]:
            yield Finding(
                "processes",
                "warning",
                f"process {name.pid} of {ref} {path} lives, though its attempt is over",
                f"look what it is, and end it: kill {name.pid}",
            )
        for ref, count in () if alive else seen.open_attempts.items():
            tasks = "1 task was" if count == 1 else f"{count} tasks were"
            yield Finding(
                "processes",
                "note",
                f"{tasks} running when the engine of {ref} ended",
                f"take up what is left of it: flower run --resume {ref}",
            )
        signed = (*seen.engines, *seen.workers)
        gone = [identity for identity, host, name in signed if host == host_name() and not _lives(host, name)]
        if gone:
            yield Finding(
                "processes",
                "note",
                f"{len(gone)} engines or workers ended without signing off: they were killed, or the machine stopped",
                "",
                lambda: self._service.sign_off(gone),
            )
        for count, host, name in seen.given_up:
            if _lives(host, name):
                calls = "1 call that does not stop runs" if count == 1 else f"{count} calls that do not stop run"
                yield Finding(
                    "processes",
                    "warning",
                    f"{calls} on in threads of process {name.pid}",
                    'declare such components with runs="process", and start the process again when it suits',
                )
        working = sum(_lives(host, name) for _, host, name in seen.workers)
        if working:
            yield Finding(
                "processes", "good", f"{working} worker{'s execute' if working > 1 else ' executes'} components"
            )
        if not left:
            yield Finding("processes", "good", "no process is left of an attempt that is over")


def _leftovers(folders: list[Path], files: StoreFiles, seen: Examination) -> Iterator[Finding]:
    """Folders of runs and attempts that the store does not know."""
    runs = files.folder / "runs"
    left = [folder for folder in folders if _is_forgotten(folder, runs, seen)]
    if left:
        names = ", ".join(str(path) for path in left[:2]) + (" …" if len(left) > 2 else "")
        yield Finding(
            "leftovers",
            "warning",
            f"{len(left)} folders belong to runs or attempts that are forgotten: {names}",
            "remove them: flower doctor --fix",
            lambda: _remove(left),
        )
    else:
        yield Finding("leftovers", "good", "no folder is left of a run that is forgotten")


def _library(seen: Examination) -> Iterator[Finding]:
    version = ".".join(map(str, seen.library))
    if _FIRST_WITH_WAL_DEFECT <= seen.library <= _LAST_WITH_WAL_DEFECT:
        yield Finding(
            "SQLite",
            "note",
            f"SQLite {version} has a defect by which two programs that write at the same moment may damage the file",
            "flower writes from one place only; let SQL tools write briefly, or have SQLite 3.51.3 or newer",
        )
    else:
        yield Finding("SQLite", "good", f"SQLite {version}")


def _components(seen: Examination) -> Iterator[Finding]:
    now = {project: components_hash(Path(project)) for project in {project for project, _, _ in seen.components}}
    other = [flow for project, flow, known in seen.components if now[project] != known]
    if other:
        yield Finding(
            "components",
            "note",
            f"the components of the project have changed since {', '.join(other[:_NAMED])} was deployed",
            "runs use them as they are now; to check the calls again: flowc deploy FILE.flow",
        )


def _folders(files: StoreFiles) -> Iterator[Path]:
    """The folders of runs, and in them those of attempts."""
    for run in _numbered(files.folder / "runs"):
        yield run
        yield from _numbered(run)


def _is_forgotten(folder: Path, runs: Path, seen: Examination) -> bool:
    if folder.parent == runs:
        return int(folder.name) not in seen.runs
    return int(folder.parent.name) in seen.runs and int(folder.name) not in seen.attempts


def _numbered(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.name.isdecimal())
    except OSError:
        return []


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _lives(host: str, name: ProcessName) -> bool:
    """Whether a process of this machine and boot is alive; the same pid with another start time is another one."""
    here = host == host_name() and bool(name.boot_id) and name.boot_id == boot_id()
    return here and name.pid > 0 and start_ticks(name.pid) == name.start_ticks


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        knock.settimeout(2)
        try:
            knock.connect(str(path))
        except OSError:
            return False
    return True


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def filesystem_of(folder: Path) -> str:
    """The kind of filesystem that a folder lies on, such as `ext4`; empty where the system does not tell."""
    try:
        text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    where, kind = "", ""
    real = os.path.realpath(folder)
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        mount = left.split()[4].encode().decode("unicode_escape")
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(where):
            where, kind = mount, right.split()[0]
    return kind
