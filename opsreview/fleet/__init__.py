"""Many teams: each team's cycle is an independent task of whichever executor is given."""

from opsreview.fleet.running import run_fleet
from opsreview.fleet.task import Done, Task, run_task

__all__ = ["Done", "Task", "run_fleet", "run_task"]
