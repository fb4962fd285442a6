"""Widgets for JupyterLab on a built cycle: it is read, and nothing of it is ever written."""

from opsreview.explore.panel import LoadPanel, load_panel
from opsreview.explore.what_if import WhatIfPanel, what_if_panel

__all__ = ["LoadPanel", "WhatIfPanel", "load_panel", "what_if_panel"]
