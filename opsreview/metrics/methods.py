"""What each metric is and where it comes from, for the method note of the pages."""

from __future__ import annotations

from opsreview.metrics.registry import METRICS


def methods() -> list[dict[str, str]]:
    """``methods.json``: a row a metric: metric, topic, summary, standard, source."""
    return [
        {
            "metric": metric.id,
            "topic": metric.topic,
            "summary": metric.summary,
            "standard": metric.standard,
            "source": metric.source,
        }
        for metric in METRICS.values()
    ]
