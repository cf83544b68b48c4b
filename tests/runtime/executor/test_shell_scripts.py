"""`sh` and `bash` scripts as real processes: what they get, and what their ends are recorded as."""

from __future__ import annotations

import errno
import os
import resource
import stat
from pathlib import Path

import pytest

from runtime.executor.verdicts import unspawned
from runtime.model.definition import Hole
from runtime.model.state import Reason
from tests.runtime.executor.attempts import LINE, Bench


def test_script_that_ends_well_succeeds_and_leaves_its_output_in_the_log(bench: Bench) -> None:
    attempt = bench.script("sh", "echo out; echo err >&2")
    outcome = bench.run(attempt)
    assert outcome.succeeded
    assert outcome.exit_code == 0
    assert bench.log(attempt) == "out\nerr\n"


@pytest.mark.parametrize("language", ["sh", "bash"])
def test_exit_code_is_recorded(bench: Bench, language: str) -> None:
    outcome = bench.run(bench.script(language, "exit 3"))
    assert (outcome.succeeded, outcome.reason, outcome.exit_code) == (False, Reason.ERROR, 3)
    assert outcome.message == "exit code 3"


@pytest.mark.parametrize("text", ["echo a\nfalse\necho b", "echo a\nfalse # $$\necho b"])
def test_sh_stops_at_the_first_command_that_fails(bench: Bench, text: str) -> None:
    attempt = bench.script("sh", text)
    assert bench.run(attempt).exit_code == 1
    assert bench.log(attempt) == "a\n"


def test_bash_fails_where_a_part_of_a_pipe_fails(bench: Bench) -> None:
    attempt = bench.script("bash", "false | cat\necho after")
    assert bench.run(attempt).exit_code == 1
    assert bench.log(attempt) == ""


@pytest.mark.parametrize("language", ["sh", "bash"])
def test_command_that_does_not_exist_is_named_with_its_line(bench: Bench, language: str) -> None:
    outcome = bench.run(bench.script(language, "true\nno-such-tool --all"))
    assert outcome.exit_code == 127
    assert outcome.reason is Reason.ERROR
    assert f"there is no command `no-such-tool` (etl.flow:{LINE + 1})" in outcome.message


def test_death_by_signal_is_told_as_such(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", "kill -SEGV $$"))
    assert outcome.exit_code == 128 + 11
    assert "SIGSEGV" in outcome.message


def test_script_that_kills_its_whole_group_is_recorded_as_killed(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", "kill -KILL 0"))
    assert outcome.exit_code == 128 + 9
    assert outcome.reason is Reason.ERROR


@pytest.mark.parametrize("text", ["exec true", "trap 'echo bye' EXIT\nexec 3>&1", "(exit 0)", "", "# only a comment"])
def test_scripts_that_replace_their_shell_or_set_traps_keep_their_exit_code(bench: Bench, text: str) -> None:
    assert bench.run(bench.script("sh", text)).exit_code == 0


def test_exec_of_a_failing_command_keeps_its_code(bench: Bench) -> None:
    assert bench.run(bench.script("sh", "exec sh -c 'exit 42'")).exit_code == 42


def test_syntax_error_of_the_shell_fails_the_attempt_with_its_line(bench: Bench) -> None:
    attempt = bench.script("sh", 'true\necho "open')
    assert bench.run(attempt).exit_code == 2
    assert f"etl.flow: {LINE + 1}" in bench.log(attempt)


def test_script_sees_neither_arguments_nor_variables_of_the_gate(bench: Bench) -> None:
    attempt = bench.script("sh", 'echo "$# [$*] [${f-unset}] [${c-unset}] [${_flower-unset}]"')
    bench.run(attempt)
    assert bench.log(attempt) == "0 [] [unset] [unset] [unset]\n"


def test_standard_input_of_a_script_is_empty(bench: Bench) -> None:
    attempt = bench.script("sh", "wc -c")
    bench.run(attempt)
    assert bench.log(attempt).strip() == "0"


def test_script_runs_in_the_project_folder_with_what_it_is_promised(bench: Bench) -> None:
    names = "FLOW_KEY FLOW_FENCE FLOW_RUN FLOW_TASK FLOW_ATTEMPT FLOW_OUT FLOW_TMP FLOW_RUN_DIR MINE"
    attempt = bench.script(
        "sh",
        f'pwd; for n in {names}; do eval echo "$n=\\$$n"; done; ls -d "$FLOW_TMP" "$FLOW_RUN_DIR"',
        env={"MINE": "yes"},
    )
    outcome = bench.run(attempt)
    assert outcome.succeeded
    folder, shared = str(attempt.folder), str(attempt.run_folder)
    assert bench.log(attempt).splitlines() == [
        str(bench.project),
        "FLOW_KEY=store-1/load",
        "FLOW_FENCE=1",
        "FLOW_RUN=etl-1",
        "FLOW_TASK=load",
        "FLOW_ATTEMPT=1",
        f"FLOW_OUT={folder}/out",
        f"FLOW_TMP={folder}/tmp",
        f"FLOW_RUN_DIR={shared}",
        "MINE=yes",
        f"{folder}/tmp",
        shared,
    ]


def test_env_of_a_task_cannot_replace_the_promised_variables(bench: Bench) -> None:
    attempt = bench.script("sh", 'echo "$FLOW_KEY"', env={"FLOW_KEY": "forged"})
    bench.run(attempt)
    assert bench.log(attempt) == "store-1/load\n"


@pytest.mark.parametrize("language", ["sh", "bash"])
def test_values_arrive_byte_for_byte(bench: Bench, language: str) -> None:
    hostile = "$(touch x) `id` \"'\\ *\n-n ünï\n"
    attempt = bench.bound(language, ["printf %s ", Hole("FLOW_V1", "word"), " > got"], {"FLOW_V1": (hostile, "str")})
    assert bench.run(attempt).succeeded
    assert (bench.project / "got").read_text() == hostile
    assert os.listdir(bench.project) == ["got"]


def test_value_too_large_for_the_environment_arrives_whole(bench: Bench) -> None:
    large = "x" * 500_000 + "\n"
    attempt = bench.bound("sh", ["printf %s ", Hole("FLOW_V1", "word"), " > got"], {"FLOW_V1": (large, "str")})
    # printf is a builtin of the shell, so that no argument list is involved.
    assert bench.run(attempt).succeeded
    assert (bench.project / "got").read_text() == large


def test_files_of_an_attempt_are_private_even_under_an_open_umask(bench: Bench) -> None:
    before = os.umask(0)
    try:
        attempt = bench.script("sh", "echo secret")
        bench.run(attempt)
    finally:
        os.umask(before)
    assert stat.S_IMODE(attempt.folder.stat().st_mode) == 0o700
    for name in ("log", "script"):
        assert stat.S_IMODE((attempt.folder / name).stat().st_mode) == 0o600


def test_text_of_a_script_is_on_no_command_line(bench: Bench) -> None:
    attempt = bench.script("sh", "marker=abc; cat /proc/$$/cmdline | tr '\\0' ' '")
    bench.run(attempt)
    assert "marker" not in bench.log(attempt)


def test_project_folder_that_vanished_is_a_start_that_failed(bench: Bench) -> None:
    bench.project.rmdir()
    outcome = bench.run(bench.script("sh", "true"))
    assert outcome.reason is Reason.COULD_NOT_START
    assert f"the project folder {bench.project} does not exist any more" in outcome.message


def test_bash_that_is_not_installed_is_named(bench: Bench, tmp_path: Path) -> None:
    outcome = bench.run(bench.script("bash", "true", env={"PATH": str(tmp_path)}))
    assert outcome.reason is Reason.COULD_NOT_START
    assert "`bash` is not installed" in outcome.message


def test_environment_too_large_for_the_system_is_a_start_that_failed(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", "true", env={"HUGE": "x" * 3_000_000}))
    assert outcome.reason is Reason.COULD_NOT_START
    assert not outcome.never_ran


def test_folders_with_long_and_odd_names_work(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 90) / 'it\'s a $(touch x) "folder" ünï' / ("e" * 90)
    folder.mkdir(parents=True)
    bench = Bench(folder)
    attempt = bench.script("sh", 'echo n=1 >> "$FLOW_OUT"; pwd', {"n": "int"})
    outcome = bench.run(attempt)
    assert outcome.outputs == {"n": 1}
    assert bench.log(attempt) == f"{bench.project}\n"


def test_descriptors_that_the_engine_inherited_are_not_passed_on(tmp_path: Path) -> None:
    read_fd, write_fd = os.pipe()
    os.set_inheritable(write_fd, True)
    try:
        bench = Bench(tmp_path)
        attempt = bench.script("sh", f"ls /proc/self/fd/{write_fd} || echo gone")
        bench.run(attempt)
        assert bench.log(attempt).endswith("gone\n")
    finally:
        os.close(read_fd)
        os.close(write_fd)


def test_signals_that_the_engine_ignores_are_not_ignored_in_scripts(bench: Bench) -> None:
    attempt = bench.script("sh", "grep SigIgn /proc/self/status")
    bench.run(attempt)
    # Of the signals with names; 32 and 33 belong to the C library.
    assert int(bench.log(attempt).split()[1], 16) & 0x7FFFFFFF == 0


def test_thousand_scripts_leave_no_descriptor_and_no_child(bench: Bench) -> None:
    bench.run(bench.script("sh", "true"))
    before = len(os.listdir("/proc/self/fd"))
    children = children_of_this_process()
    attempts = [bench.script("sh", "true") for _ in range(1000)]
    for start in range(0, 1000, 20):
        for attempt in attempts[start : start + 20]:
            bench.executor.submit(attempt, bench)
        for _ in range(20):
            assert bench.ends.get(timeout=30)[1].succeeded
    assert len(os.listdir("/proc/self/fd")) == before
    assert children_of_this_process() <= children


def children_of_this_process() -> set[str]:
    """Pids, zombies included; other tests may have left scripts running for engines to come."""
    found = set()
    for thread in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{thread}/children") as file:
            found |= set(file.read().split())
    return found


def test_script_that_removes_its_own_folder_is_recorded_by_its_exit_code(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", 'rm -r "${FLOW_TMP%/tmp}"; exit 4'))
    assert (outcome.reason, outcome.exit_code) == (Reason.ERROR, 4)


def test_folder_that_cannot_be_made_is_a_start_that_failed(bench: Bench) -> None:
    attempt = bench.script("sh", "true")
    attempt.folder.parent.parent.mkdir(parents=True)
    attempt.folder.parent.write_text("a file where a folder should be")
    outcome = bench.run(attempt)
    assert outcome.reason is Reason.COULD_NOT_START
    assert str(attempt.folder.parent) in outcome.message


def test_engine_without_descriptors_puts_the_start_off_and_goes_on(bench: Bench) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    attempt = bench.script("sh", "true")
    taken = os.open("/dev/null", os.O_RDONLY)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken + 2, hard))
        outcome = bench.run(attempt)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.close(taken)
    assert (outcome.never_ran, outcome.reason, outcome.again_seconds > 0) == (True, Reason.SCARCE, True)
    assert outcome.message.startswith("the engine has no file descriptors left (too many open files")
    assert bench.run(bench.script("sh", "true")).succeeded


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM, errno.ENFILE])
def test_what_the_machine_lacks_just_now_is_no_failure(number: int) -> None:
    outcome = unspawned(OSError(number, os.strerror(number)))
    assert (outcome.never_ran, outcome.reason) == (True, Reason.SCARCE)
