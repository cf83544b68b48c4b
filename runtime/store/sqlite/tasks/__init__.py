"""Task runs: reading what is ready, and every transition of `exec_status`.

Every statement that changes a row raises its `revision`; that is how a person's update is told from ours.
"""

from runtime.store.sqlite.tasks.by_hand import TaskCorrections
from runtime.store.sqlite.tasks.consequences import TaskConsequences
from runtime.store.sqlite.tasks.looking import TaskQuestions
from runtime.store.sqlite.tasks.reading import TaskReading
from runtime.store.sqlite.tasks.transitions import TaskTransitions

__all__ = ["TaskRuns"]


class TaskRuns(TaskReading, TaskQuestions, TaskTransitions, TaskConsequences, TaskCorrections):
    """The table `task_run`, inside the caller's transaction."""
