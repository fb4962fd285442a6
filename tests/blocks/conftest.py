from pathlib import Path

import pytest
from cycle_factory import write_cycle, write_loop

from opsreview import open_review
from opsreview.review import Review


@pytest.fixture
def review(tmp_path: Path) -> Review:
    write_cycle(tmp_path)
    return open_review("demo", "2026-10", outputs=tmp_path)


@pytest.fixture
def looped(tmp_path: Path) -> Review:
    """With verdicts, checks, the decision map, handoffs, sign-off, an agenda and a whole model."""
    write_loop(write_cycle(tmp_path, team="looped"))
    return open_review("looped", "2026-10", outputs=tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Review:
    """No pager, no model, no earlier cycle."""
    write_cycle(tmp_path, team="bare", has_pager=False, has_model=False, has_history=False)
    return open_review("bare", "2026-10", outputs=tmp_path)
