"""What the fake endpoint counts, per request body and in all: the proof of what a client did."""

from __future__ import annotations

from collections import Counter
from time import time
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What is written for one request, and how it is counted."""

    status: int
    data: bytes
    outcome: str
    close: bool = False
    hang: bool = False
    content_bytes: int = 0


class Counts:
    """What the endpoint has seen. A body is known by the hash of its bytes."""

    def __init__(self) -> None:
        self.received: dict[bytes, int] = {}
        self.answered: dict[bytes, int] = {}
        self.unread: Counter[bytes] = Counter()
        self.troubles: dict[bytes, Counter[str]] = {}
        self.outcomes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.keys: Counter[str] = Counter()
        self.first_at = 0.0
        self.requests = self.answers = self.abandoned = self.content_bytes = self.peak_in_flight = 0

    def receive(self, digest: bytes) -> int:
        """Count one request; returns how often this body came before."""
        if not self.requests:
            self.first_at = time()
        attempt = self.received.get(digest, 0)
        self.received[digest] = attempt + 1
        self.requests += 1
        return attempt

    def answer(self, digest: bytes, answer: Answer) -> None:
        """Count what was written for one request."""
        self.outcomes[answer.outcome] += 1
        self.statuses[answer.status] += 1
        if answer.outcome == "ok":
            self.answered[digest] = self.answered.get(digest, 0) + 1
            self.answers += 1
            self.content_bytes += answer.content_bytes
        else:
            self.troubles.setdefault(digest, Counter())[answer.outcome] += 1

    def summary(self, bodies: bool) -> dict[str, Any]:
        """The counters as JSON-like values."""
        paid_twice = sum(
            max(0, times - self.unread[digest] - 1) for digest, times in self.answered.items() if times > 1
        )
        summary: dict[str, Any] = {
            "received": self.requests,
            "first_at": self.first_at,
            "distinct": len(self.received),
            "answered": self.answers,
            "answered_distinct": len(self.answered),
            "paid_twice": paid_twice,
            "unread": self.unread.total(),
            "abandoned": self.abandoned,
            "content_bytes": self.content_bytes,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items()) if status},
            "outcomes": dict(sorted(self.outcomes.items())),
            "keys": dict(sorted(self.keys.items())),
            "peak_in_flight": self.peak_in_flight,
        }
        if bodies:
            summary["bodies"] = {
                digest.hex(): {
                    "received": count,
                    "answered": self.answered.get(digest, 0),
                    "troubles": dict(self.troubles.get(digest, {})),
                }
                for digest, count in self.received.items()
            }
        return summary
