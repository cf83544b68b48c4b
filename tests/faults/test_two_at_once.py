"""Several commands in one folder at the same time."""

from __future__ import annotations

from pathlib import Path

from tests.faults.commands import flowc, flower, query, start_flower

FLOW = """flow pair {
    param who: str
    task a { sh "sleep 0.3; echo {{ who }} >> effects" }
    task b { after a; sh "echo {{ who }} >> effects" }
}
"""


def test_two_runs_in_one_folder_both_end_well(tmp_path: Path) -> None:
    (tmp_path / "pair.flow").write_text(FLOW)
    assert flowc(tmp_path, "deploy", "pair.flow").returncode == 0
    first = start_flower(tmp_path, "run", "pair", "--who", "one", "--plain")
    second = start_flower(tmp_path, "run", "pair", "--who", "two", "--plain")
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert sorted((tmp_path / "effects").read_text().split()) == [
        "one",
        "one",
        "two",
        "two",
    ]
    assert query(tmp_path, "SELECT DISTINCT status FROM runs") == [("succeeded",)]


def test_many_registrations_of_one_key_at_once_are_one_run(tmp_path: Path) -> None:
    (tmp_path / "pair.flow").write_text(FLOW)
    assert flowc(tmp_path, "deploy", "pair.flow").returncode == 0
    clients = [start_flower(tmp_path, "register", "pair", "--who", "x", "--key", "monday") for _ in range(6)]
    for client in clients:
        output = client.communicate(timeout=60)[0]
        assert client.returncode == 0, output
    assert query(tmp_path, "SELECT count(*) FROM runs") == [(1,)]


def test_a_run_in_a_folder_with_a_very_long_path(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 75) / ("long name " * 8).strip()
    folder.mkdir(parents=True)
    (folder / "pair.flow").write_text(FLOW)
    done = flower(folder, "run", "pair.flow", "--who", "me", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "effects").read_text() == "me\nme\n"


def test_an_update_by_hand_after_a_failure_lets_the_run_go_on(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "mend.flow").write_text(
        'flow mend {\n    task a { sh "cat input" }\n    task b { after a; sh "true" }\n}\n'
    )
    failed = flower(tmp_path, "run", "mend.flow", "--plain")
    assert failed.returncode == 1
    assert "input" in failed.stdout + failed.stderr
    (tmp_path / "input").write_text("now it is there\n")
    connection = sqlite3.connect(tmp_path / ".flower/flower.db")
    with connection:
        connection.execute("UPDATE task_run SET exec_status = 0 WHERE path = 'a'")
    connection.close()
    done = flower(tmp_path, "run", "--resume", "mend-1", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
