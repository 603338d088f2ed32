"""The limiter grows while it goes well, keeps to what the endpoint takes, and never loses a slot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.concurrency import AdaptiveLimiter

LATENCY = 0.05


async def fill(limiter: AdaptiveLimiter) -> None:
    """Take every slot there is."""
    while limiter.in_flight < int(limiter.limit):
        await limiter.acquire()


async def round_trips(limiter: AdaptiveLimiter, count: int, end: Callable[[], None] | None = None) -> None:
    """Keep the pipe full for `count` round trips; `end` is how a call ends, well unless given."""
    for _ in range(count):
        await fill(limiter)
        for _ in range(limiter.in_flight):
            (end or (lambda: limiter.succeeded(LATENCY)))()
            await fill(limiter)


# --- growing


def test_the_first_calls_are_few_and_the_limit_doubles_with_each_round_trip() -> None:
    async def grow() -> list[int]:
        sizes = [int(limiter.limit)]
        for _ in range(3):
            await round_trips(limiter, 1)
            sizes.append(int(limiter.limit))
        return sizes

    limiter = AdaptiveLimiter(64)
    assert asyncio.run(grow()) == [16, 32, 64, 64]
    assert AdaptiveLimiter(256).limit == 64


@pytest.mark.parametrize("ceiling", [1, 2, 3, 5, 16, 17, 64, 300])
def test_the_limit_reaches_the_ceiling_and_never_passes_it(ceiling: int) -> None:
    async def reach() -> None:
        for _ in range(60):
            await round_trips(limiter, 1)
            assert limiter.in_flight <= limiter.limit <= ceiling

    limiter = AdaptiveLimiter(ceiling)
    asyncio.run(reach())
    assert limiter.limit == ceiling


def test_calls_that_do_not_fill_the_pipe_prove_nothing() -> None:
    limiter = AdaptiveLimiter(64)

    async def one_by_one() -> None:
        for _ in range(500):
            await limiter.acquire()
            limiter.succeeded(LATENCY)

    asyncio.run(one_by_one())
    assert limiter.limit == 16


# --- shrinking


def test_a_refusal_lowers_the_limit_to_what_was_accepted() -> None:
    async def refuse() -> None:
        await fill(limiter)
        for _ in range(6):
            limiter.refused()

    limiter = AdaptiveLimiter(64)
    asyncio.run(refuse())
    assert limiter.limit == 10
    assert limiter.in_flight == 10


def test_a_lone_refusal_at_the_end_of_a_run_is_got_over_quickly() -> None:
    async def recover() -> None:
        await limiter.acquire()
        limiter.refused()
        assert limiter.limit == 1
        await round_trips(limiter, 40)

    limiter = AdaptiveLimiter(64)
    asyncio.run(recover())
    assert limiter.limit >= 8


def test_the_limit_never_falls_below_one_call() -> None:
    async def fail_all() -> None:
        for number in range(400):
            await limiter.acquire()
            limiter.failed(monotonic() + number) if number % 2 else limiter.refused()
            assert limiter.limit >= 1

    limiter = AdaptiveLimiter(64)
    asyncio.run(fail_all())
    assert limiter.in_flight == 0


def ending(limiter: AdaptiveLimiter, failures_in_ten: int) -> Callable[[], None]:
    number = 0

    def end() -> None:
        nonlocal number
        number += 1
        if number % 10 < failures_in_ten:
            limiter.failed(monotonic())
        else:
            limiter.succeeded(LATENCY)

    return end


def test_a_few_failures_are_noise() -> None:
    limiter = AdaptiveLimiter(64)
    asyncio.run(round_trips(limiter, 40, ending(limiter, failures_in_ten=1)))
    assert limiter.limit >= 16


def test_failures_by_the_mass_cut_the_limit() -> None:
    limiter = AdaptiveLimiter(64)
    asyncio.run(round_trips(limiter, 40, ending(limiter, failures_in_ten=8)))
    assert limiter.limit < 8


def test_calls_sent_before_the_last_cut_do_not_cut_again() -> None:
    async def fail_together() -> None:
        await fill(limiter)
        sent_at = monotonic()
        while limiter.in_flight:
            limiter.failed(sent_at)

    limiter = AdaptiveLimiter(256)
    asyncio.run(fail_together())
    assert limiter.limit == pytest.approx(64 * 0.7)


def test_latency_that_rises_without_more_throughput_cuts_the_limit() -> None:
    async def slow_down() -> None:
        for latency in (0.01, 0.2):
            for _ in range(300):
                while limiter.in_flight < int(limiter.limit):
                    await limiter.acquire()
                limiter.succeeded(latency)
                if latency > 0.1:
                    await asyncio.sleep(0.001)

    limiter = AdaptiveLimiter(64)
    asyncio.run(slow_down())
    assert limiter.limit < 60


# --- fairness and cancellation


def test_calls_are_served_in_the_order_they_asked() -> None:
    served: list[int] = []

    async def call(number: int) -> None:
        await limiter.acquire()
        served.append(number)
        await asyncio.sleep(0)
        limiter.abandon()

    async def everyone() -> None:
        await asyncio.gather(*(call(number) for number in range(100)))

    limiter = AdaptiveLimiter(3)
    asyncio.run(everyone())
    assert served == list(range(100))


def test_a_newcomer_does_not_pass_those_who_wait() -> None:
    async def newcomer() -> list[bool]:
        limiter = AdaptiveLimiter(1)
        await limiter.acquire()
        first = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0)
        limiter.abandon()  # the slot is promised to `first`, which has not run yet
        second = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0.001)
        done = [first.done(), second.done()]
        second.cancel()
        return done

    assert asyncio.run(newcomer()) == [True, False]


@pytest.mark.parametrize("granted", [False, True])
def test_a_call_cancelled_while_waiting_leaks_no_slot(granted: bool) -> None:
    async def cancel() -> None:
        limiter = AdaptiveLimiter(1)
        await limiter.acquire()
        waiting = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0)
        if granted:
            limiter.abandon()  # the slot is handed over, and then the waiting call is cancelled
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        if not granted:
            limiter.abandon()
        assert limiter.in_flight == 0
        await asyncio.wait_for(limiter.acquire(), 1)

    asyncio.run(cancel())


actions = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "answer", "refuse", "fail", "abandon", "cancel"]), st.integers(0, 99)
    ),
    min_size=5,
    max_size=120,
)


@given(st.integers(1, 12), actions)
@settings(max_examples=100, deadline=None)
def test_whatever_happens_no_slot_is_lost_and_none_is_given_beyond_the_limit(
    ceiling: int, schedule: list[tuple[str, int]]
) -> None:
    asyncio.run(play(AdaptiveLimiter(ceiling), ceiling, schedule))


class Calls:
    """Calls that ask for slots, hold them, and end as they are told."""

    def __init__(self, limiter: AdaptiveLimiter) -> None:
        self.limiter = limiter
        self.holding: set[int] = set()
        self.tasks: dict[int, asyncio.Task[None]] = {}

    def ask(self, number: int) -> None:
        async def call() -> None:
            await self.limiter.acquire()
            self.holding.add(number)

        self.tasks[number] = asyncio.create_task(call())

    def cancel(self, choice: int) -> None:
        waiting = [task for number, task in self.tasks.items() if number not in self.holding and not task.done()]
        if waiting:
            waiting[choice % len(waiting)].cancel()

    def end(self, choice: int, how: str) -> None:
        if not self.holding:
            return
        self.holding.remove(sorted(self.holding)[choice % len(self.holding)])
        endings: dict[str, Callable[[], None]] = {
            "answer": lambda: self.limiter.succeeded(LATENCY),
            "refuse": self.limiter.refused,
            "fail": lambda: self.limiter.failed(monotonic()),
            "abandon": self.limiter.abandon,
        }
        endings[how]()

    def all_ended(self) -> bool:
        return all(task.done() for task in self.tasks.values())


async def play(limiter: AdaptiveLimiter, ceiling: int, schedule: list[tuple[str, int]]) -> None:
    calls = Calls(limiter)
    for number, (action, choice) in enumerate(schedule):
        before = limiter.in_flight
        if action == "ask":
            calls.ask(number)
        elif action == "cancel":
            calls.cancel(choice)
        else:
            calls.end(choice, action)
        granted = limiter.in_flight - before
        assert granted <= 0 or limiter.in_flight <= limiter.limit, "more slots than the limit were given"
        assert limiter.in_flight >= 0
        assert 1 <= limiter.limit <= ceiling
        if choice % 3 == 0:
            await asyncio.sleep(0)
    for _ in range(3 * len(schedule)):  # let everyone have a turn and go
        await asyncio.sleep(0)
        while calls.holding:
            calls.end(0, "abandon")
    assert calls.all_ended(), "somebody waits for ever"
    assert limiter.in_flight == 0
