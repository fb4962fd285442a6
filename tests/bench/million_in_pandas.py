"""Three metrics of a cycle in plain pandas: what the same question costs there.

Run by the interpreter of ``.venv/oracle``; it knows nothing of opsreview. Frames hold what those
of opsreview hold; making them from the files is not timed.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

TIMES = 3
ITEM = ["repo", "number"]
HOUR = pd.Timedelta(hours=1)
WITH_A_WORD = pd.Timedelta(minutes=1)


def main(folder: Path, told: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    start, end, as_of = (pd.Timestamp(plan[name]) for name in ("start", "end", "as_of"))
    target = plan["target_hours"] * HOUR
    issues, comments, spells = (frame(folder, name) for name in ("issues", "comments", "spells"))
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        anyone = waits(issues, comments, spells, (start, end), as_of)
        median_hours = median_answered(anyone)
        said_by_team = comments[comments["author_is_team"].to_numpy(dtype=bool)]
        since = (start - target, end - target)
        shares = attainment(waits(issues, said_by_team, spells, since, as_of), target)
        opened = backlog(spells, start, end)
        times.append(time.perf_counter() - started)
    found = {"median_hours": median_hours, "shares": shares, "open": opened}
    told.write_text(json.dumps(found | {"seconds": statistics.median(times)}))


def frame(folder: Path, table: str) -> pd.DataFrame:
    arrays = np.load(folder / f"{table}.npz", allow_pickle=True)
    columns: dict[str, object] = {}
    for name in arrays.files:
        column, _, part = name.partition(".")
        if part == "codes":
            columns[column] = arrays[f"{column}.words"].astype(object)[arrays[name]]
        elif not part:
            columns[column] = arrays[name]
    return pd.DataFrame(columns)


def waits(issues, comments, spells, opened_in, as_of) -> pd.DataFrame:
    """Hours to the first answer or silent close of each issue opened in a stretch."""
    is_opened = (issues["opened_at"] >= opened_in[0]) & (issues["opened_at"] < opened_in[1])
    opened = issues[is_opened]
    said = comments[(comments["author_kind"] == "human") & (comments["created_at"] <= as_of)]
    said = said.merge(opened, on=ITEM, suffixes=("", "_of_issue"))
    said = said[said["author_id"] != said["author_id_of_issue"]]
    answered = said.groupby(ITEM)["created_at"].min().rename("answered_at").reset_index()
    first = spells[(spells["kind"] == "issue") & (spells["spell"] == 0)]
    closed = first[first["end_at"] <= as_of][[*ITEM, "end_at"]]
    rows = opened.merge(answered, on=ITEM, how="left").merge(closed, on=ITEM, how="left")
    is_first = rows["end_at"].isna() | (rows["answered_at"] <= rows["end_at"] + WITH_A_WORD)
    is_answered = rows["answered_at"].notna() & is_first
    ended_at = rows["answered_at"].where(is_answered, rows["end_at"])
    until = ended_at.fillna(as_of).clip(lower=rows["opened_at"])
    return rows.assign(
        wait=until - rows["opened_at"],
        is_answered=is_answered,
        is_ended=ended_at.notna(),
    )


def median_answered(rows: pd.DataFrame) -> float | None:
    """When half of all were answered: Aalen-Johansen, with silent closes as the rival."""
    steps = rows.groupby("wait")[["is_answered", "is_ended"]].sum()
    steps["gone"] = rows.groupby("wait").size()
    at_risk = len(rows) - steps["gone"].cumsum().shift(fill_value=0)
    waiting = (1 - steps["is_ended"] / at_risk).cumprod().shift(fill_value=1.0)
    incidence = (waiting * steps["is_answered"] / at_risk).cumsum()
    reached = incidence.index[incidence >= 0.5 - 1e-12]
    return None if reached.empty else reached[0] / HOUR


def attainment(rows: pd.DataFrame, target: pd.Timedelta) -> list[float]:
    is_in_time = rows["wait"] <= target
    answered = (rows["is_answered"] & is_in_time).mean()
    closed = (rows["is_ended"] & ~rows["is_answered"] & is_in_time).mean()
    return [answered, closed, 1 - answered - closed]


def backlog(spells: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> list[int]:
    days = pd.date_range(start, end)
    return [int(((spells["start_at"] < day) & ~(spells["end_at"] < day)).sum()) for day in days]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
