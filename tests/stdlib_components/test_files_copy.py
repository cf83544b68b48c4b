"""`files.copy`: whole copies, and sentences where there is nothing to copy or no place for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.component import Failed
from tests.stdlib_components.conftest import Caller


def test_copy_has_content_mode_and_time_of_the_original(call: Caller, tmp_path: Path) -> None:
    source = tmp_path / "a.sh"
    source.write_bytes(b"x" * 3_000_000)
    source.chmod(0o750)
    target = tmp_path / "new" / "b.sh"
    assert call("files.copy", source=source, to=target) == {"file": str(target), "size": 3_000_000}
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_mode == source.stat().st_mode
    assert list(target.parent.iterdir()) == [target]


def test_folder_takes_the_copy_under_its_name(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "into").mkdir()
    assert call("files.copy", source=tmp_path / "a.txt", to=tmp_path / "into")["file"] == str(
        tmp_path / "into" / "a.txt"
    )


def test_other_file_is_replaced_unless_told_not_to(call: Caller, tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("new")
    target.write_text("old")
    with pytest.raises(Failed, match="exists and differs; say `overwrite: true`"):
        call("files.copy", source=source, to=target, overwrite=False)
    call("files.copy", source=source, to=target)
    assert target.read_text() == "new"
    assert call("files.copy", source=source, to=target, overwrite=False)["size"] == 3


def test_copy_onto_itself_changes_nothing(call: Caller, tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text("x")
    assert call("files.copy", source=source, to=source)["size"] == 1
    assert source.read_text() == "x"


def test_what_is_no_file_is_told(call: Caller, tmp_path: Path) -> None:
    with pytest.raises(Failed, match=f"there is no file {tmp_path}/none"):
        call("files.copy", source=tmp_path / "none", to=tmp_path / "b")
    with pytest.raises(Failed, match="is a folder"):
        call("files.copy", source=tmp_path, to=tmp_path / "b")
