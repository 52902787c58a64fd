"""Numbers for Prometheus: this process's own, and those of the whole installation from the database."""

import secrets
from collections.abc import Iterator

import anyio.to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from easycrm import worker
from easycrm.core.metrics import REGISTRY
from easycrm.core.settings import settings
from easycrm.endpoints import forwarded
from easycrm.mail import gauges
from easycrm.notices import tally
from easycrm.queue import FAULTS

_MEANINGS = {
    "tasks": "Tasks that workers ran",
    "task_seconds": "Time that workers spent on tasks",
    "token_refreshes": "Requests for fresh tokens",
    "reauthentications": "Mailboxes whose owner was asked to reconnect",
    "provider_requests": "Requests to providers, by the answer's status",
    "provider_quota_units": "Quota units that Gmail charges for what was asked",
    "messages_stored": "Messages that were imported",
}


async def metrics(request: Request) -> Response:
    """GET /metrics, for this machine itself, or with EASYCRM_METRICS_TOKEN as bearer token."""
    if not _may_know(request):
        return PlainTextResponse("Metrics are for this machine, or for who has EASYCRM_METRICS_TOKEN", 403)
    text = await anyio.to_thread.run_sync(_text)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def _may_know(request: Request) -> bool:
    token = settings().metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and secrets.compare_digest(given.encode(), token.encode()):
        return True
    return forwarded.straight_from_this_machine(request)


def _text() -> bytes:
    shared = CollectorRegistry()
    shared.register(_Installation())
    return generate_latest(REGISTRY) + generate_latest(shared)


class _Installation(Collector):
    """The same from whichever process it is asked."""

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for gauge in [*gauges.all_gauges(), *_queue()]:
            name = f"easycrm_{gauge.name}"
            family = families.setdefault(name, GaugeMetricFamily(name, gauge.meaning, labels=sorted(gauge.labels)))
            family.add_metric([gauge.labels[label] for label in sorted(gauge.labels)], gauge.value)
        yield from families.values()
        yield from _counters()


def _queue() -> list[gauges.Gauge]:
    """Nothing while the queue is away: a gauge that is missing is an alarm of its own."""
    try:
        waiting, delayed = worker.queue().depth()
    except FAULTS:
        return []
    meaning = "Tasks in the queue"
    return [
        gauges.Gauge("queue_tasks", meaning, waiting, {"state": "waiting"}),
        gauges.Gauge("queue_tasks", meaning, delayed, {"state": "delayed"}),
    ]


def _counters() -> Iterator[Metric]:
    families: dict[str, CounterMetricFamily] = {}
    for (name, labels), value in tally.totals().items():
        names = [label for label, _ in labels]
        made = CounterMetricFamily(f"easycrm_{name}", _MEANINGS.get(name, name), labels=names)
        families.setdefault(name, made).add_metric([text for _, text in labels], value)
    yield from families.values()


routes = [Route("/metrics", metrics)]
