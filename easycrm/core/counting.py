"""Counts of what this process did, held in memory until somebody stores or shows them."""

import threading
from collections import defaultdict

Key = tuple[str, tuple[tuple[str, str], ...]]
_lock = threading.Lock()
_counts: defaultdict[Key, float] = defaultdict(float)


def add(name: str, amount: float = 1, **labels: str) -> None:
    """Count something: `name` as the metric is called without `easycrm_` and `_total`."""
    with _lock:
        _counts[name, tuple(sorted(labels.items()))] += amount


def take() -> dict[Key, float]:
    """What was counted since the last call."""
    with _lock:
        taken = dict(_counts)
        _counts.clear()
    return taken


def give_back(taken: dict[Key, float]) -> None:
    """Count again what could not be stored."""
    with _lock:
        for key, amount in taken.items():
            _counts[key] += amount
