"""Which store a command means: that of the project, of the folder, of `--db`, of FLOWER_DB."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shop import ETL, Shop


def test_without_a_project_the_store_is_in_the_current_folder(shop: Shop) -> None:
    shop.flower("run", "etl.flow", "--dry-run")
    assert (shop.folder / ".flower" / "flower.db").is_file()


def test_a_folder_below_a_project_means_its_store(tmp_path: Path) -> None:
    top = Shop(tmp_path)
    top.write("flow.toml", "")
    top.write("flows/etl.flow", ETL)
    below = Shop(tmp_path / "flows")
    assert below.flower("run", "etl.flow", "--dry-run").returncode == 0
    assert (tmp_path / ".flower" / "flower.db").is_file()
    assert not (tmp_path / "flows" / ".flower").exists()
    assert top.data("runs")[0]["run"] == "etl-1"


def test_a_store_named_by_option_or_variable(shop: Shop, tmp_path: Path) -> None:
    other = str(tmp_path / "other place" / "my.db")
    done = shop.flower("run", "etl.flow", "--db", other)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].strip() == f"flower rerun etl-1 --db '{other}'"
    assert not (shop.folder / ".flower").exists()
    assert shop.flower("runs", FLOWER_DB=other).stdout.splitlines()[1].startswith("etl-1")


def test_a_folder_without_a_store_is_told_what_to_do(tmp_path: Path) -> None:
    for verb in ("status", "logs", "runs", "flows", "rerun", "cancel"):
        done = Shop(tmp_path).flower(verb)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "there is no store" in done.stderr
        assert "flowc deploy FILE.flow" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_long_name_works(tmp_path: Path) -> None:
    deep = Shop(tmp_path / ("x" * 75) / ("y" * 75))
    deep.write("etl.flow", ETL)
    assert deep.flower("run", "etl.flow", "--dry-run").returncode == 0


def test_a_damaged_store_and_a_folder_are_called_by_their_names(shop: Shop) -> None:
    store = shop.folder / ".flower" / "flower.db"
    store.parent.mkdir()
    store.write_text("garbage")
    assert f"{store} is damaged or not an SQLite file" in shop.flower("status").stderr
    assert f"{shop.folder} is a folder, and no store" in shop.flower("status", "--db", str(shop.folder)).stderr
