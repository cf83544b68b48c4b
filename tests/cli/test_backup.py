"""`flower backup`, `flower restore` and `flower doctor` as a person types them."""

from __future__ import annotations

import json

from tests.cli.shop import Shop


def test_a_backup_beside_the_flow_is_put_back_after_a_mishap(failed: Shop) -> None:
    made = failed.flower("backup", "copy")
    assert made.returncode == 0
    assert "1 flows, 1 runs" in made.stdout
    assert "flower restore copy" in made.stdout
    failed.write("repaired", "")
    assert failed.flower("run", "etl").returncode == 0
    refused = failed.flower("restore", "copy")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    done = failed.flower("restore", "copy", "--force")
    assert done.returncode == 0
    assert "the store that was there: " in done.stdout
    assert [run["run"] for run in json.loads(failed.flower("runs", "--json").stdout)] == ["etl-1"]
    assert failed.flower("rerun", "etl-1").returncode == 0


def test_the_doctor_says_healthy_with_exit_code_0_and_wrong_with_1(failed: Shop) -> None:
    assert failed.flower("doctor").stdout.splitlines()[-1] == "healthy"
    (failed.folder / ".flower" / "flower.db").chmod(0o644)
    ill = failed.flower("doctor")
    assert ill.returncode == 1
    assert ill.stdout.splitlines()[-1] == "1 thing is wrong; flower doctor --fix mends 1"
    mended = failed.flower("doctor", "--fix", "--json")
    assert mended.returncode == 0
    assert json.loads(mended.stdout)["mended"][0]["check"] == "permissions"


def test_without_a_store_the_doctor_has_nothing_to_look_at(shop: Shop) -> None:
    refused = shop.flower("doctor")
    assert refused.returncode == 2
    assert "there is no store" in refused.stderr
