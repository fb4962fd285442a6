"""The table of metrics: what each is called, needs, and is read by. A new metric is one entry."""

from __future__ import annotations

from opsreview.metrics.metric import Metric
from opsreview.metrics.registered.change_requests import CHANGE_REQUESTS
from opsreview.metrics.registered.flow import FLOW
from opsreview.metrics.registered.issues import ISSUES
from opsreview.metrics.registered.oncall import ONCALL
from opsreview.metrics.registered.people import PEOPLE
from opsreview.metrics.registered.releases import RELEASES

__all__ = ["METRICS", "Metric"]

METRICS: dict[str, Metric] = {
    metric.id: metric for metric in (*ISSUES, *FLOW, *CHANGE_REQUESTS, *PEOPLE, *ONCALL, *RELEASES)
}
