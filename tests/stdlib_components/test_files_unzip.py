"""`files.unzip`: good archives whole, bad ones not at all."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from runtime.component import Cancelled, Failed
from tests.stdlib_components.conftest import Caller


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def refused(call: Caller, archive: Path, **arguments: object) -> str:
    with pytest.raises(Failed) as raised:
        call("files.unzip", archive=archive, to=archive.parent / "out", **arguments)
    return str(raised.value)


def written(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_are_unpacked_and_listed_in_order(call: Caller, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"b/two.csv": b"2", "one.csv": b"1" * 3_000_000, "empty/": b""})
    out = tmp_path / "out"
    for _ in range(2):
        got = call("files.unzip", archive=archive, to=out)
        assert got == {"files": [str(out / "b/two.csv"), str(out / "one.csv")], "count": 2}
    assert written(out) == ["b/two.csv", "one.csv"]
    assert (out / "one.csv").stat().st_size == 3_000_000


def test_pattern_chooses_members(call: Caller, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": b"", "b.txt": b""})
    assert call("files.unzip", archive=archive, to=tmp_path / "out", pattern="*.csv")["count"] == 1


@pytest.mark.parametrize("name", ["/etc/passwd", "../out.txt", "a/../../b", "C:\\x", "a\\..\\b"])
def test_member_that_leads_out_refuses_the_whole_archive(call: Caller, tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "a.zip", {"good.txt": b"", name: b"bad"})
    assert "would be written outside of the folder" in refused(call, archive)
    assert not (tmp_path / "out").exists()


def test_links_are_refused(call: Caller, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc")
    assert "its member `link` is a link" in refused(call, tmp_path / "a.zip")


def test_link_that_is_there_already_is_not_followed_out(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "x").symlink_to(tmp_path / "elsewhere")
    assert "leads out of" in refused(call, zipped(tmp_path / "a.zip", {"x/file": b"bad"}))
    assert written(tmp_path / "elsewhere") == []


def test_bomb_is_stopped_at_the_bound(call: Caller, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a": b"0" * 5_000_000, "b": b"0" * 5_000_000})
    assert "is larger than `max_size` when unpacked" in refused(call, archive, max_size="6MB")
    assert written(tmp_path / "out") == ["a"]


def test_damaged_member_is_not_written(call: Caller, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a": b"hello world" * 100})
    data = bytearray(archive.read_bytes())
    data[40] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(Failed, match="cannot be unpacked"):
        call("files.unzip", archive=archive, to=tmp_path / "out")
    assert written(tmp_path / "out") == []


def test_what_is_no_archive_is_told(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    assert refused(call, tmp_path / "text.zip").endswith("cannot be unpacked: File is not a zip file")
    assert refused(call, tmp_path / "none.zip") == f"there is no file {tmp_path}/none.zip"


def test_cancelled_unpacking_stops(call: Caller, tmp_path: Path) -> None:
    call.context.cancel.set()
    with pytest.raises(Cancelled):
        call("files.unzip", archive=zipped(tmp_path / "a.zip", {"a": b"x"}), to=tmp_path / "out")
    assert written(tmp_path / "out") == []
