"""Claims of ready task runs, and what is written when an attempt ends, fenced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from runtime.backoff import settled
from runtime.cache import digest, oldest
from runtime.executor.protocol import Attempt, Outcome
from runtime.expression.evaluator import evaluate
from runtime.model.definition import Retry
from runtime.model.encode import dumps
from runtime.model.graph import DECIDE, EXECUTE
from runtime.model.rows import AttemptEnd, TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.model.statement import StatementProblem
from runtime.outputs import missing_file
from runtime.rounds import Verdict
from runtime.scope import UNUSABLE, MissingValue, TaskScope
from runtime.secret import NoSecret, mask_text
from runtime.step import ActiveRun, Step
from runtime.store.protocol import Store
from runtime.watch import MOST_PASSES, Watcher, sentence
from runtime.work.attempt import build_attempt
from runtime.work.decision import Decision, decide_outcome

_ENDED_BY: Final[dict[str, str]] = {
    Reason.ENOUGH: "not needed: enough others of its group have succeeded",
    Reason.BY_HAND: "a person has decided about its task",
    Reason.NOT_IN_LIST: "the list does not hold its item any more",
}
"""Why an attempt was ended, by the reason of its task, where the task has no message."""


@dataclass(slots=True)
class Claim:
    """A task run that is being executed: what is needed to record its end. `cached_as`: the name under which its
    result is kept for others; what it was made from may be another when it ends."""

    run: ActiveRun
    row: TaskRow
    attempt: Attempt
    recovered: bool = False
    cached_as: str | None = None


class Worker:
    """Claims and outcomes within one transaction of the engine."""

    def __init__(self, step: Step, worker_id: int, attempt_ids: Iterator[int]) -> None:
        self._step = step
        self._store: Store = step.store
        self._worker_id = worker_id
        self._attempt_ids = attempt_ids
        self._watcher = Watcher(step)

    def claim(self, run: ActiveRun, places: int) -> list[Claim]:
        """Move a run as far as it goes; set up to `places` ready tasks running, to be handed out after the commit."""
        claims: list[Claim] = []
        for _ in range(MOST_PASSES):
            room = places - len(claims)
            rows = self._store.tasks.ready(run.id, EXECUTE if room > 0 else DECIDE, max(room, 1))
            if not rows:
                return claims
            if rows[0].lane == DECIDE:
                self._watcher.advance(run)
                continue
            fresh = [claim for row in rows if (claim := self._prepare_or_pass_on(run, row))]
            self._write(fresh)
            claims += fresh
            told = [self._step.started(run, claim.row) for claim in fresh]
            consequences = len(fresh) < len(rows) or any(told)
            if consequences:
                self._step.flush()
            if len(claims) >= places or (len(rows) < room and not consequences):
                return claims
        self._step.touched.add(run.id)
        return claims

    def _write(self, claims: list[Claim]) -> None:
        now = self._step.now
        self._store.tasks.claim([(claim.attempt.id, now, claim.row.id) for claim in claims])
        self._store.attempts.insert(
            [
                (
                    claim.attempt.id,
                    claim.row.id,
                    claim.run.id,
                    claim.row.generation,
                    claim.row.attempts,
                    claim.row.fence,
                    self._worker_id,
                    now,
                )
                for claim in claims
            ]
        )

    def _prepare_or_pass_on(self, run: ActiveRun, row: TaskRow) -> Claim | None:
        claim = self._prepare(run, row)
        if claim is None:
            self._step.pass_on(run, row)
        return claim

    def _prepare(self, run: ActiveRun, row: TaskRow) -> Claim | None:
        """The claim of a ready row, or None: it is held by a limit, or cannot start and has been settled."""
        if run.graph.hasty[row.node] and self._step.is_stopped_fast(run, row):
            return None
        task = run.task(row)
        scope = self._step.scope(run, row)
        try:
            attempt = build_attempt(run, row, next(self._attempt_ids), scope, self._store)
            if task.until is not None:
                timely = self._within_time(run, row, attempt)
                if timely is None:
                    return None
                attempt = timely
            name = digest(task, attempt, scope) if task.cache is not None else None
            if name is not None and self._take_over(run, row, name, scope):
                return None
            if not self._step.take_place(run, row, task.uses):
                return None
        except MissingValue as problem:
            self._watcher.suspend(run, row, Reason.MISSING_VALUE, str(problem))
            return None
        except NoSecret as problem:
            self._watcher.suspend(run, row, Reason.NO_SECRET, str(problem))
            return None
        except UNUSABLE as problem:
            self._watcher.fail(run, row, Reason.EXPRESSION, sentence(problem))
            return None
        row.fence += 1
        row.attempts += 1
        return Claim(run, row, attempt, cached_as=name)

    def _within_time(self, run: ActiveRun, row: TaskRow, attempt: Attempt) -> Attempt | None:
        """The attempt with what is left of the time for all rounds; None if nothing is, which has been settled."""
        expires_at = self._step.expiry(run, row)
        left = (expires_at - self._step.now) / 1e6 if expires_at is not None else None
        if left is None or left > 0:
            return replace(attempt, timeout_seconds=left)
        self._watcher.fail(run, row, Reason.TIMEOUT, f"its time was over in round {row.round}")
        return None

    def _take_over(self, run: ActiveRun, row: TaskRow, name: str, scope: TaskScope) -> bool:
        """Finish a ready row with outputs that another run has for the same work; False if there are none."""
        task, now = run.task(row), self._step.now
        found = self._store.cached.find(name, oldest(task, scope, now))
        if found is None or (found[0] and missing_file(task, json.loads(found[0]), run.project, computed_only=False)):
            return False
        self._store.tasks.decide(row.id, ExecStatus.FINISHED, Reason.CACHED, "", found[0], now)
        self._store.events.add(now, "cached", run.id, row.id, task=row.path, source=found[1])
        self._step.ended(run, row, active=False)
        return True

    def _keep(self, claim: Claim, outputs: str | None) -> None:
        if claim.cached_as is not None:
            self._store.cached.keep(claim.cached_as, outputs, self._step.now, claim.row.id)

    def record(self, claim: Claim, outcome: Outcome, luck: float) -> bool:
        """Write how an attempt ended and what follows; False if the fence was stale (recorded as an event)."""
        run, row = claim.run, claim.row
        task = run.task(row)
        outcome, outputs = self._checked(claim, outcome)
        outcome, verdict = self._judged(claim, outcome, outputs)
        if outcome.statements and outcome.succeeded:
            outcome, verdict = self._with_effects(claim, outcome, verdict)
        if claim.attempt.secrets:
            outcome = replace(outcome, message=mask_text(outcome.message, claim.attempt.secrets))
        try:
            rule = self._retry_rule(claim, outcome) if verdict.kind != "failed" else None
        except UNUSABLE as problem:
            outcome, rule = (
                Outcome(
                    False,
                    reason=Reason.EXPRESSION,
                    message=f"the condition of its retry: {problem}",
                ),
                None,
            )
        since_first = self._step.since_first_start(row, rule) if rule is not None else 0.0
        decision = decide_outcome(task, row.attempts, outcome, rule, luck, since_first)
        applied = (
            self._step.next_round(run, row, verdict)
            if verdict.kind == "again"
            else self._apply(claim, outcome, outputs, decision)
        )
        self._step.attempt_ends.append(self._end_of(claim, outcome, applied=applied))
        if outcome.given_up:
            self._store.attempts.count_given_up(self._worker_id)
            self._store.events.add(self._step.now, "call given up", run.id, row.id, task=row.path)
        return applied

    def _end_of(self, claim: Claim, outcome: Outcome, *, applied: bool) -> AttemptEnd:
        """What the attempt's row tells: how it ended, or on account of what it was ended."""
        word, reason, message = _word(outcome), str(outcome.reason), outcome.message
        if not applied:
            settled = self._store.tasks.by_id(claim.row.id)
            if settled is not None and settled.fence == claim.row.fence and not outcome.succeeded:
                *_, reason, message = self._store.tasks.end_of(settled.id)
                word, message = "ended", message or _ENDED_BY.get(reason, "its task has an outcome already")
            else:
                self._store.events.add(
                    self._step.now, "stale result refused", claim.run.id, claim.row.id, fence=claim.row.fence
                )
                word = f"{word}, refused"
        return AttemptEnd(claim.attempt.id, word, reason, message, outcome.exit_code, self._step.now)

    def take_back(self, claim: Claim, outcome: Outcome) -> None:
        """An attempt has ended whose task was set back meanwhile: whatever came of it, the task starts afresh."""
        end = AttemptEnd(
            claim.attempt.id, "failed", Reason.CANCELLED, "set back by hand", outcome.exit_code, self._step.now
        )
        self._step.attempt_ends.append(end)
        self._store.tasks.reset([claim.row.id])

    def _checked(self, claim: Claim, outcome: Outcome) -> tuple[Outcome, dict[str, Any]]:
        """The outcome after the computed outputs, which can turn a success into a failure."""
        task = claim.run.task(claim.row)
        if not outcome.succeeded or not (task.outs or task.ensures):
            return outcome, {}
        try:
            outputs = self._step.outputs(claim.run, claim.row, outcome.outputs)
        except (MissingValue, *UNUSABLE) as problem:
            return Outcome(
                False,
                reason=Reason.BAD_OUTPUT,
                message=str(problem),
                exit_code=outcome.exit_code,
            ), {}
        problem_with_file = self._step.missing_file(claim.run, claim.row, outputs)
        if problem_with_file:
            return Outcome(
                False,
                reason=Reason.BAD_OUTPUT,
                message=problem_with_file,
                exit_code=outcome.exit_code,
            ), {}
        return outcome, outputs

    def _judged(self, claim: Claim, outcome: Outcome, outputs: dict[str, Any]) -> tuple[Outcome, Verdict]:
        """The outcome of a task with rounds, and what follows from the round that has ended."""
        if not outcome.succeeded or claim.run.task(claim.row).until is None:
            return outcome, Verdict("over")
        try:
            verdict = self._step.judge_round(claim.run, claim.row, outputs)
        except MissingValue as problem:
            verdict = Verdict("failed", Reason.MISSING_VALUE, str(problem))
        except UNUSABLE as problem:
            verdict = Verdict("failed", Reason.EXPRESSION, str(problem))
        if verdict.kind == "failed":
            outcome = Outcome(False, reason=verdict.reason, message=verdict.message, exit_code=outcome.exit_code)
        return outcome, verdict

    def _with_effects(self, claim: Claim, outcome: Outcome, verdict: Verdict) -> tuple[Outcome, Verdict]:
        """Apply the statements of a completion that will be accepted; one that cannot be applied makes it a failure."""
        row = self._store.tasks.by_id(claim.row.id)
        if row is None or row.status is not ExecStatus.RUNNING or row.fence != claim.row.fence:
            return outcome, verdict
        try:
            with self._store.savepoint():
                self._store.effects.apply(outcome.statements)
        except StatementProblem as problem:
            return Outcome(False, reason=Reason.ERROR, message=str(problem)), Verdict("over")
        return outcome, verdict

    def _retry_rule(self, claim: Claim, outcome: Outcome) -> Retry | None:
        """The first retry line whose condition holds for this failure."""
        if outcome.succeeded or outcome.never_ran:
            return None
        scope = self._step.scope(claim.run, claim.row)
        scope.error_values = {
            "kind": outcome.reason.value,
            "exit_code": outcome.exit_code,
            "message": outcome.message,
            "took": outcome.took_seconds,
        }
        for rule in claim.run.task(claim.row).retry:
            if rule.when is None or evaluate(rule.when, scope) is True:
                return settled(rule, scope)
        return None

    def _apply(
        self,
        claim: Claim,
        outcome: Outcome,
        outputs: dict[str, Any],
        decision: Decision,
    ) -> bool:
        run, row, tasks, now = claim.run, claim.row, self._store.tasks, self._step.now
        if decision.kind == "complete":
            stored = dumps(outputs) if outputs else None
            if not tasks.complete(row.id, row.fence, stored, outcome.exit_code, now):
                return False
            self._keep(claim, stored)
            self._step.ended(run, row, active=run.limited(row))
            return True
        if decision.kind == "again":
            applied = self._take_claim_back(claim, outcome, decision.delay_seconds)
        elif decision.kind == "retry":
            not_before = now + round(decision.delay_seconds * 1e6) if decision.delay_seconds else 0
            self._step.delayed.add(run.id)
            applied = tasks.retry_at(row.id, row.fence, outcome.message, outcome.exit_code, not_before)
            if applied:
                self._step.retried(run, row)
        else:
            status = ExecStatus.SUSPENDED if decision.kind == "suspend" else ExecStatus.FAILED
            applied = tasks.stop(row.id, row.fence, status, outcome.reason, outcome.message, outcome.exit_code, now)
            if applied:
                self._store.events.add(now, status.word, run.id, row.id, task=row.path, message=outcome.message)
                self._step.failed.add(run.id)
            if applied and status is ExecStatus.FAILED and (row.forgiven or self._step.within_allowance(run, row)):
                self._step.ended(run, row, active=run.limited(row))
                return True
        if applied and decision.kind in ("again", "retry"):
            self._step.wait_anew(run, row)
        if applied:
            self._step.stopped(run, row)
        return applied

    def _take_claim_back(self, claim: Claim, outcome: Outcome, delay_seconds: float) -> bool:
        """Of an attempt that never ran; whether it applied."""
        run, row, now = claim.run, claim.row, self._step.now
        if not delay_seconds:
            return self._store.tasks.unclaim(row.id, row.fence)
        self._step.delayed.add(run.id)
        self._store.events.add(now, "put off", run.id, row.id, task=row.path, message=outcome.message)
        return self._store.tasks.put_off(row.id, row.fence, outcome.message, now + round(delay_seconds * 1e6))


def _word(outcome: Outcome) -> str:
    """How an attempt ended, as its row tells."""
    if outcome.succeeded:
        return "succeeded"
    return "never ran" if outcome.never_ran else "in doubt" if outcome.in_doubt else "failed"
