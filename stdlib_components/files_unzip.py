"""`files.unzip`: unpacks a zip archive, and nothing outside of its folder."""

from __future__ import annotations

import stat
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from runtime.component import Cancelled, Context, Failed, Size, component
from stdlib_components.written_file import written_file

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_CHUNK: Final = 1024 * 1024
_MAX_FILES: Final = 100_000
_MAX_UNPACKED: Final = Size(16 * 1024**3)
_ENCRYPTED: Final = 0x1


class Unpacked(TypedDict):
    files: list[Path]
    count: int


@component(name="files.unzip", idempotent=True)
def unzip(
    archive: Annotated[Path, "The zip file."],
    to: Annotated[Path, "The folder to unpack into; it is made if it is not there."],
    context: Context,
    pattern: Annotated[str, "Only members whose name fits, such as `*.csv`."] = "*",
    max_size: Annotated[Size, "What is unpacked may have this size in all."] = _MAX_UNPACKED,
) -> Unpacked:
    """Unpack an archive and give its files, sorted by name.

    Members with absolute names, with `..`, and links are refused before anything is written. Each file appears
    only when it is complete and its checksum fits.
    """
    import zipfile

    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(archive, opened, pattern)
            left = int(max_size)
            for member in members:
                left -= _extract(archive, opened, member, to, left, context)
    except FileNotFoundError:
        raise Failed(f"there is no file {archive}") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as problem:
        raise Failed(f"{archive} cannot be unpacked: {problem}") from None
    context.log(f"{len(members)} files from {archive} to {to}")
    return {"files": sorted(to / member.filename for member in members), "count": len(members)}


def _checked(archive: Path, opened: ZipFile, pattern: str) -> list[ZipInfo]:
    """The files to unpack; Failed if one of them is not to be trusted."""
    members = [member for member in opened.infolist() if not member.is_dir() and fnmatchcase(member.filename, pattern)]
    if len(members) > _MAX_FILES:
        raise Failed(f"{archive} holds {len(members):,} files; at most {_MAX_FILES:,} are unpacked")
    seen = set()
    for member in members:
        fault = _fault(member) or ("is there twice" if member.filename in seen else "")
        if fault:
            raise Failed(f"{archive} is refused: its member `{member.filename}` {fault}")
        seen.add(member.filename)
    return members


def _fault(member: ZipInfo) -> str:
    path = PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or member.filename[1:2] == ":":
        return "would be written outside of the folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    return "is encrypted" if member.flag_bits & _ENCRYPTED else ""


def _extract(archive: Path, opened: ZipFile, member: ZipInfo, to: Path, left: int, context: Context) -> int:
    """Write one file and give its size. Links that lie in the folder already are not followed out of it."""
    target = to / member.filename
    if not target.resolve().is_relative_to(to.resolve()):
        raise Failed(f"{archive} is refused: {target} leads out of {to} by a link")
    written = 0
    with opened.open(member) as source, written_file(target) as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise Failed(f"{archive} is larger than `max_size` when unpacked; at most that much is written")
            if context.cancelled:
                raise Cancelled("the attempt was cancelled")
            file.write(chunk)
    return written
