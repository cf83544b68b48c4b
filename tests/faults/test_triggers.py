"""Triggers with a real service: what happens while it is there, and what has happened while it was not."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from pathlib import Path

from tests.faults.commands import flowc, flower, json_of, start_flower

FLOWS = """
type Push = { ref: str }
flow etl { task a { sh "true" } }
flow report {
    param run_of: str
    trigger after etl with (run_of: event.run)
    task a { sh "true" }
}
flow load {
    param file: path
    trigger file "inbox/*.csv" with (file: event.path)
    task a { sh "test -s {{ file }}" }
}
flow build {
    param ref: str
    trigger webhook "push" of Push with (ref: event.ref)
    task a { sh "true" }
}
"""


def lines_until(service: subprocess.Popen[str], *parts: str) -> str:
    """What a service tells until each of these parts has stood in a line."""
    assert service.stdout is not None
    told, missing = "", set(parts)
    while missing:
        line = service.stdout.readline()
        assert line, f"the service ended without {missing}:\n{told}"
        told += line
        missing -= {part for part in missing if part in line}
    return told


def call(folder: Path, told: str) -> str:
    """Calls the webhook, always with the same key; the run."""
    address = next(line.split("POST ")[1] for line in told.splitlines() if "POST " in line)
    token = (folder / ".flower/flower.db.d/http.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "delivery"}
    request = urllib.request.Request(address.replace("NAME", "push"), b'{"ref": "main"}', headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.loads(answer.read())["run"])


def test_what_happened_while_nobody_served_is_made_up_for_once(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "shop.flow").write_text(FLOWS)
    assert flowc(tmp_path, "deploy", "shop.flow").returncode == 0
    assert flower(tmp_path, "run", "etl").returncode == 0
    (tmp_path / "inbox" / "a.csv").write_text("1")
    with start_flower(tmp_path, "serve", "--http", "127.0.0.1:0") as service:
        told = lines_until(service, "webhooks: POST", "report-2 ended", "load-3 ended")
        assert call(tmp_path, told) == "build-4"
        service.send_signal(signal.SIGKILL)
    with start_flower(tmp_path, "serve", "--http", "127.0.0.1:0") as service:
        assert call(tmp_path, lines_until(service, "webhooks: POST")) == "build-4"
        (tmp_path / "inbox" / "b.csv").write_text("22")
        lines_until(service, "load-5 ended")
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0

    runs = json_of(flower(tmp_path, "runs", "--json"))
    assert sorted(run["run"] for run in runs) == ["build-4", "etl-1", "load-3", "load-5", "report-2"]
    listed = json_of(flower(tmp_path, "triggers", "--json"))
    assert [(each["flow"], each["last"]["run"]) for each in listed] == [
        ("build", "build-4"),
        ("load", "load-5"),
        ("report", "report-2"),
    ]
