"""What a task does and how: actions and settings."""

from __future__ import annotations

from typing import Any, Final

from flowc.syntax.builder.base import Base, Children
from flowc.syntax.nodes import (
    Action,
    AllowFailure,
    AllowFailures,
    Argument,
    Ask,
    Cache,
    Cwd,
    Deadline,
    Detached,
    Enough,
    Ensure,
    Env,
    FailFast,
    Idempotent,
    Limit,
    LimitRuns,
    Overlap,
    Owner,
    Priority,
    Rate,
    Retry,
    Setting,
    Tags,
    Timeout,
    TimeZone,
    Until,
    Use,
    Wait,
    When,
)

_VALUES: Final[dict[str, Any]] = {
    "timeout": Timeout,
    "deadline": Deadline,
    "limit": Limit,
    "priority": Priority,
    "owner": Owner,
    "tags": Tags,
    "tz": TimeZone,
    "cwd": Cwd,
    "allow_failures": AllowFailures,
    "enough": Enough,
}
_FLAGS: Final[dict[str, Any]] = {
    "idempotent": Idempotent,
    "allow_failure": AllowFailure,
    "fail_fast": FailFast,
    "detached": Detached,
}


class Settings(Base):
    """Actions and settings."""

    def action(self, c: Children) -> Action:
        return Action(self.name(c), None, self.text_of(c[1]), (c[0][2], c[1][3]))

    def action_with(self, c: Children) -> Action:
        return Action(self.name(c), c[2], self.text_of(c[4]), (c[0][2], c[4][3]))

    def ask(self, c: Children) -> Ask:
        return Ask(c[1], (c[0][2], c[1].span[1]))

    def wait(self, c: Children) -> Wait:
        return Wait(c[1], False, (c[0][2], c[1].span[1]))

    def wait_until(self, c: Children) -> Wait:
        return Wait(c[2], True, (c[0][2], c[2].span[1]))

    def retry(self, c: Children) -> Retry:
        return Retry(c[1], [], (c[0][2], c[1].span[1]))

    def until(self, c: Children) -> Until:
        return Until(c[1], [], (c[0][2], c[1].span[1]))

    def option(self, c: Children) -> Retry | Until:
        statement: Retry | Until = c[0]
        name, value = self.name(c[2:]), c[4]
        statement.options.append(Argument(name, value, (name.span[0], value.span[1])))
        statement.span = (statement.span[0], value.span[1])
        return statement

    def setting(self, c: Children) -> Setting:
        setting: Setting = _VALUES[c[0][1]](c[1], (c[0][2], c[1].span[1]))
        return setting

    def flag(self, c: Children) -> Setting:
        flag: Setting = _FLAGS[c[0][1]](c[0][2:])
        return flag

    def limit_runs(self, c: Children) -> LimitRuns:
        return LimitRuns(c[1], (c[0][2], c[2][3]))

    def when(self, c: Children) -> When:
        return When(c[1], (c[0][2], c[1].span[1]))

    def env(self, c: Children) -> Env:
        return Env(c[1].entries, (c[0][2], c[1].span[1]))

    def cache(self, c: Children) -> Cache:
        return Cache(c[1], None, (c[0][2], c[1].span[1]))

    def cache_by(self, c: Children) -> Cache:
        return Cache(c[1], c[3], (c[0][2], c[3].span[1]))

    def ensure(self, c: Children) -> Ensure:
        return Ensure(c[1], c[3], (c[0][2], c[3].span[1]))

    def overlap(self, c: Children) -> Overlap:
        return Overlap(self.name(c[1:]), (c[0][2], c[1][3]))

    def use(self, c: Children) -> Use:
        return Use(c[1], None, (c[0][2], c[1].span[1]))

    def use_weight(self, c: Children) -> Use:
        return Use(c[1], c[2], (c[0][2], c[2].span[1]))

    def rate(self, c: Children) -> Rate:
        return Rate(c[1], c[3], (c[0][2], c[3].span[1]))
