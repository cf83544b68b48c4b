"""Schedules as pure functions: from what a flow declares to instants, and to words. Time is an argument.

An instant is a whole number of microseconds since 1970, UTC.
"""

from runtime.schedule.instants import BadSchedule, due, following, instants, next_instants
from runtime.schedule.words import moment, words

__all__ = ["BadSchedule", "due", "following", "instants", "moment", "next_instants", "words"]
