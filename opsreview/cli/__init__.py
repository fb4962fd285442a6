"""The command line: arguments in, pipeline called, nothing else.

Each module adds its commands to ``app``, in the order in which help lists them.
"""

from opsreview.cli import monthly, model, duty, fleet, start  # isort: skip
from opsreview.cli.shared import app

__all__ = ["app", "duty", "fleet", "model", "monthly", "start"]
