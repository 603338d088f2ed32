"""How the fake endpoint behaves: what it answers, how late, and which troubles it makes.

Every choice is a pure function of the seed, the request body and how often that body was sent before: two
runs that send the same requests meet the same troubles, and a request that is repeated meets a fresh draw.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import blake2b
from statistics import NormalDist
from typing import Any, NamedTuple

from generation_functions.errors import UsageError

FAULTS = {
    "rate_limited": "429 with a Retry-After header",
    "rate_limited_bare": "429 without one",
    "error_500": "500",
    "error_503": "503",
    "drop_before": "the connection closes before the first byte of the answer",
    "drop_middle": "the connection closes in the middle of the body",
    "stall": "half of the body, then nothing",
    "hang": "no answer at all",
    "truncated": "200 whose JSON is cut, with a Content-Length that fits the cut",
    "malformed": "200 whose body is not JSON",
    "html": "200 with an HTML error page",
    "no_choices": "200 with an empty list of choices",
    "empty": "200 with an empty content",
    "null": "200 with content null",
    "cut_off": "half of the reply, finish_reason length",
}
REPLIES = ("text", "echo", "json", "tagged", "script")
_NORMAL = NormalDist()


class Draw(NamedTuple):
    """What chance holds for one attempt at one body: two independent numbers in [0, 1)."""

    fault: float
    latency: float


def _option(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(slots=True)
class Behaviour:
    """Every switch of the fake endpoint: what the command line, `POST /faults` and `FakeEndpoint` take."""

    reply: str = _option("text", f"what is answered: {', '.join(REPLIES)}")
    reply_bytes: int = _option(400, "length of the words in a text, json or tagged reply")
    tag: str = _option("answer", "the tag of tagged replies")
    script: str = _option("", "Python file with reply(body: dict) -> str | dict, for reply=script")
    latency_ms: float = _option(0.0, "time to answer; with latency_sigma, its median")
    latency_sigma: float = _option(0.0, "sigma of a lognormal latency; 0 is a fixed one")
    seed: int = _option(0, "of faults and latencies")
    faults: dict[str, float] = field(default_factory=dict, metadata={"help": "share of requests per fault"})
    fault_attempts: int = _option(0, "faults hit only the first N attempts at a body; 0 is all")
    retry_after: float = _option(1.0, "seconds in Retry-After; 0 leaves the header out of refusals by limit")
    hang_seconds: float = _option(3600.0, "when a request that hangs is dropped")
    api_keys: tuple[str, ...] = _option((), "keys that are accepted; none is no check (otherwise 401)")
    models: tuple[str, ...] = _option((), "models that exist; none is any (otherwise 404)")
    max_characters: int = _option(0, "400 context_length_exceeded above; 0 is no limit")
    max_in_flight: int = _option(0, "429 above; 0 is no limit")
    requests_per_second: float = _option(0.0, "429 above; 0 is no limit")
    quota: int = _option(0, "replies until the quota is gone; 0 is no limit")
    quota_status: int = _option(429, "status that says so: 402 or 429")

    def __post_init__(self) -> None:
        self.api_keys, self.models = tuple(self.api_keys), tuple(self.models)
        for option in dataclasses.fields(self):
            value, wanted = getattr(self, option.name), type(_default(option))
            if not isinstance(value, (float, int) if wanted is float else wanted):
                message = f"fake endpoint: option {option.name!r} must be {wanted.__name__}, not {value!r}"
                raise UsageError(message)
        unknown = sorted(set(self.faults) - set(FAULTS))
        if unknown:
            raise UsageError(f"fake endpoint: {_unknown('fault', unknown[0], list(FAULTS))}")
        if self.reply not in REPLIES:
            raise UsageError(f"fake endpoint: {_unknown('reply', self.reply, list(REPLIES))}")
        if min(self.faults.values(), default=0) < 0 or sum(self.faults.values()) > 1 + 1e-9:
            raise UsageError(f"fake endpoint: shares of faults must lie in 0..1 and add up to at most 1: {self.faults}")
        if self.reply == "script" and not self.script:
            raise UsageError("fake endpoint: reply=script needs script=PATH")

    def changed(self, changes: dict[str, Any]) -> Behaviour:
        """A copy with `changes`, checked; UsageError names what does not exist."""
        names = [option.name for option in dataclasses.fields(self)]
        for name in changes:
            if name not in names:
                raise UsageError(f"fake endpoint: {_unknown('option', name, names)}")
        return dataclasses.replace(self, **changes)

    @property
    def depends_on_chance(self) -> bool:
        """False where every request meets the same, so that nothing has to be drawn."""
        return bool(self.faults or self.latency_sigma)

    def draw(self, digest: bytes, attempt: int) -> Draw:
        """The chance of attempt number `attempt` (from 0) at the body with this digest."""
        data = blake2b(b"%b %d %d" % (digest, attempt, self.seed), digest_size=16).digest()
        high, low = int.from_bytes(data[:6], "big"), int.from_bytes(data[6:12], "big")
        return Draw(high / 2**48, low / 2**48)

    def fault(self, draw: Draw, attempt: int) -> str:
        """Name of the fault that hits, or an empty string."""
        if not self.faults or (self.fault_attempts and attempt >= self.fault_attempts):
            return ""
        rest = draw.fault
        for name, share in self.faults.items():
            rest -= share
            if rest < 0:
                return name
        return ""

    def latency(self, draw: Draw) -> float:
        """Seconds until the answer."""
        if not self.latency_sigma:
            return self.latency_ms / 1000
        deviation = _NORMAL.inv_cdf(min(max(draw.latency, 1e-9), 1 - 1e-9))
        return self.latency_ms / 1000 * math.exp(self.latency_sigma * deviation)


def _default(option: dataclasses.Field[Any]) -> Any:
    return {} if option.default is dataclasses.MISSING else option.default


def _unknown(kind: str, name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
    return f"unknown {kind} {name!r}; {hint}"
