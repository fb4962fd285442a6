"""Buttons that save what a view shows: its picture and its rows, without a file on the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import polars as pl
import traitlets

VIEW = "opsreview-view"  # the CSS class of the box that holds a figure and its buttons
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
_PRESSED = """
function render({ model, el }) {
  const button = (label, press) => {
    const made = document.createElement("button");
    made.className = "jupyter-widgets jupyter-button widget-button";
    made.textContent = label;
    made.style.width = "auto";
    made.onclick = press;
    el.append(made);
  };
  button("PNG", () => {
    el.closest(".opsreview-view").querySelector('.modebar-btn[data-title*="png" i]').click();
  });
  button("CSV", () => model.send({ wanted: "csv" }));
  model.on("msg:custom", ({ name, csv }) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
export default { render };
"""


class Export(anywidget.AnyWidget):
    """``PNG`` presses the figure's own button; ``CSV`` asks for the rows as they are then."""

    _esm = _PRESSED
    name = traitlets.Unicode()

    def __init__(self, name: str, rows: Callable[[], pl.DataFrame]) -> None:
        super().__init__(name=name)
        self._rows = rows
        self.on_msg(self._answer)

    def csv(self) -> str:
        """The rows as text; what a spreadsheet would take for a formula is quoted."""
        frame = self._rows()
        return frame.with_columns(
            pl.when(_starts_formula(name)).then("'" + pl.col(name)).otherwise(name).alias(name)
            for name, dtype in frame.schema.items()
            if dtype == pl.String
        ).write_csv()

    def _answer(self, _: Any, said: dict[str, Any], __: Any) -> None:
        if said.get("wanted") == "csv":
            self.send({"name": f"{self.name}.csv", "csv": self.csv()})


def _starts_formula(column: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(column).str.starts_with(sign) for sign in FORMULA).fill_null(
        value=False
    )
