"""Adaptive concurrency: how many calls an endpoint gets at once.

Grows as TCP does (slow start, then additive increase; Jacobson 1988), and shrinks to what the endpoint was
seen to hold: a refusal (429) lowers the limit to the calls that were not refused, a mass of failures or
a latency that rises without more throughput lowers it in steps. A local server's queue never says 429, so
latency is the only sign there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from statistics import median
from time import monotonic

_START_SHARE = 4  # the first limit is the ceiling divided by this
_GROWTH = 0.05  # share of the limit added per round trip once the limit has been found
_TROUBLE_SHARE = 0.3  # this share of failures is overload; less is noise
_LATENCY_RISE = 2.5  # medians this many times the best one mean a queue


class AdaptiveLimiter:
    """Slots for calls in flight; `limit` moves between 1 and `ceiling`."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = float(max(min(ceiling, 16), ceiling // _START_SHARE))
        self.in_flight = 0
        self._threshold = float(ceiling)  # below it growth is exponential
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._cut_at = 0.0
        self._trouble = 0.0  # moving share of failures
        self._window = _LatencyWindow()

    @property
    def load(self) -> float:
        """Calls in flight and waiting, as a share of the limit."""
        return (self.in_flight + len(self._waiting)) / self.limit

    async def acquire(self) -> None:
        """Wait for a slot. Calls are served in the order they asked."""
        if self.in_flight < int(self.limit) and not self._waiting:
            self.in_flight += 1
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.in_flight -= 1  # the slot was ours already
                self._wake()
            raise

    def abandon(self) -> None:
        """Give a slot back without having learned anything."""
        self.in_flight -= 1
        self._wake()

    def succeeded(self, latency: float) -> None:
        """A call was answered after `latency` seconds."""
        self._trouble *= 0.98
        if self.in_flight >= int(self.limit) - 1:  # only a full pipe says anything about a larger one
            step = 1.0 if self.limit < self._threshold else max(1.0, _GROWTH * self.limit) / self.limit
            self.limit = min(self.ceiling, self.limit + step)
        if self._window.add(latency, self.limit):
            self._cut(0.8)
        self.abandon()

    def refused(self) -> None:
        """The endpoint said that it has too much to do (429): keep to what it did accept."""
        self.in_flight -= 1
        before = self.limit
        self.limit = max(1.0, min(self.limit, float(self.in_flight)))
        self._threshold = max(self.limit, min(self._threshold, before / 2))
        self._wake()

    def failed(self, sent_at: float) -> None:
        """A call sent at `sent_at` (monotonic) ended in a timeout, a dropped connection or a 5xx."""
        self._trouble = self._trouble * 0.98 + 0.02
        if self._trouble > _TROUBLE_SHARE and sent_at > self._cut_at:
            self._cut(0.7)
        self.abandon()

    def _cut(self, factor: float) -> None:
        self.limit = max(1.0, self.limit * factor)
        self._threshold = self.limit
        self._cut_at = monotonic()

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            future = self._waiting.popleft()
            if not future.done():
                self.in_flight += 1
                future.set_result(None)


class _LatencyWindow:
    """Says when latency rose without throughput."""

    def __init__(self) -> None:
        self._latencies: list[float] = []
        self._opened = monotonic()
        self._best_latency = float("inf")
        self._last_rate = 0.0

    def add(self, latency: float, limit: float) -> bool:
        """Take one latency in; True when a whole window of them shows a queue building up."""
        self._latencies.append(latency)
        if len(self._latencies) < max(32, 2 * limit):
            return False
        now = monotonic()
        typical, rate = median(self._latencies), len(self._latencies) / max(now - self._opened, 1e-9)
        queueing = typical > _LATENCY_RISE * self._best_latency and rate < 1.1 * self._last_rate
        # The best latency is forgotten slowly: a server that became slower for good gets a new one.
        self._best_latency = min(typical, self._best_latency * 1.05)
        self._last_rate, self._latencies, self._opened = rate, [], now
        return queueing
