"""What this process measures of itself; what all processes share is counted in the database and shown beside it."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
_FAST_TO_SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUEST_SECONDS = Histogram(
    "easycrm_request_seconds",
    "Time from an HTTP request to the end of its answer",
    ["method", "route", "status"],
    buckets=_FAST_TO_SLOW,
    registry=REGISTRY,
)
EVENT_SECONDS = Histogram(
    "easycrm_event_seconds",
    "Time that a page's handler worked on an event",
    ["handler"],
    buckets=_FAST_TO_SLOW,
    registry=REGISTRY,
)
EVENT_FAILURES = Counter(
    "easycrm_event_failures", "Events that ended with an unexpected error", ["handler"], registry=REGISTRY
)
ProcessCollector(registry=REGISTRY)
