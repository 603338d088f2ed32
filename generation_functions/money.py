"""What calls cost, and the caps that stop a run before it costs more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from generation_functions.call_log import CallLog
from generation_functions.errors import BudgetReachedError
from generation_functions.model import Model, Prices

_TABLE = Path(__file__).parent / "data" / "prices.yaml"
_MILLION = 1_000_000
_LARGEST_COUNT = 2**53
_LOOK_SECONDS = 0.02


@cache
def _price_table() -> dict[str, dict[str, Prices]]:
    import yaml

    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return {
        host: {name: Prices(**prices) for name, prices in models.items()} for host, models in table["hosts"].items()
    }


def prices_of(model: Model) -> Prices | None:
    """The model's prices: from its config, otherwise from the shipped table; None when nobody knows."""
    if model.prices is not None or model.is_offline:
        return model.prices
    hosts = {urlsplit(url).hostname or "" for url, _ in model.endpoints()}
    known = [_price_table().get(host, {}).get(model.name) for host in hosts]
    return known[0] if len(known) == 1 else None


def cost_of(usage: dict[str, Any], prices: Prices | None) -> float:
    """Dollars for one reply, from the provider's own `usage` block."""
    if "cost" in usage and isinstance(usage["cost"], int | float):  # some providers say it themselves
        return float(usage["cost"])
    if prices is None:
        return 0.0
    prompt, completion = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    details = usage.get("prompt_tokens_details")
    told = count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    cached = min(prompt, told) if prices.cached_input is not None else 0
    dollars = (prompt - cached) * prices.input + cached * (prices.cached_input or 0) + completion * prices.output
    return round(dollars / _MILLION, 9)


def count(value: Any) -> int:
    """A count as a provider gives it; 0 for anything that is none."""
    return int(min(value, _LARGEST_COUNT)) if isinstance(value, int | float) and value > 0 else 0


@dataclass
class Budget:
    """Caps on what one run folder may spend over its whole life."""

    log: CallLog
    max_cost: float | None = None
    max_calls: int | None = None
    in_flight: int = 0

    async def first_price(self) -> None:
        """Under `max_cost` the very first call goes alone: before it, nobody knows what those in flight will cost."""
        while self.max_cost is not None and self.in_flight and not self.log.totals.calls:
            await asyncio.sleep(_LOOK_SECONDS)

    def reserve(self) -> None:
        """Ask for one more call.

        Raises:
            BudgetReachedError: The calls made, and those in flight at their average cost, reach a cap.
        """
        totals = self.log.totals
        calls = totals.calls
        if self.max_calls is not None and calls + self.in_flight >= self.max_calls:
            raise BudgetReachedError(
                f"max_calls of {self.max_calls} reached. Everything is kept; raise max_calls and run again."
            )
        if self.max_cost is not None:
            average = totals.cost / calls if calls else 0.0
            if totals.cost + average * (self.in_flight + 1) > self.max_cost or self.max_cost == 0:
                raise BudgetReachedError(
                    f"max_cost reached: ${totals.cost:.4f} spent of ${self.max_cost:.4f}. "
                    "Everything is kept; raise max_cost and run again."
                )
        self.in_flight += 1

    def settle(self) -> None:
        """The reserved call has ended."""
        self.in_flight -= 1
