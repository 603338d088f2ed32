"""Coroutines for a thread that waits, whatever loops that thread runs itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from generation_functions.loop_thread import LoopThread


async def name_of_thread() -> str:
    return threading.current_thread().name


def test_coroutines_run_in_one_thread_of_their_own() -> None:
    loop = LoopThread()
    assert {loop.run(name_of_thread()) for _ in range(3)} == {"event-loop"}
    loop.close()
    assert "event-loop" not in [thread.name for thread in threading.enumerate()]


def test_an_error_comes_out_where_the_coroutine_was_given_in() -> None:
    async def fail() -> None:
        raise KeyError("x")

    loop = LoopThread()
    with pytest.raises(KeyError):
        loop.run(fail())
    loop.close()


def test_it_can_be_used_and_closed_inside_another_running_loop() -> None:
    async def outer() -> str:
        loop = LoopThread()
        said = loop.run(name_of_thread())
        loop.close()
        return said

    assert asyncio.run(outer()) == "event-loop"


def test_waiting_for_the_loop_on_the_loop_is_an_error_and_not_a_standstill() -> None:
    loop = LoopThread()

    async def inner() -> None:
        loop.run(name_of_thread())

    with pytest.raises(RuntimeError, match="no step and no lazy input may call them"):
        loop.run(inner())
    loop.close()


def test_closing_twice_or_unused_is_fine_and_it_can_be_used_again() -> None:
    loop = LoopThread()
    loop.close()
    called: list[int] = []
    loop.call_soon(called.append, 1)
    loop.run(name_of_thread())
    loop.call_soon(called.append, 2)
    loop.run(name_of_thread())
    loop.close()
    loop.close()
    assert called == [2]
    assert loop.run(name_of_thread()) == "event-loop"
    loop.close()


def test_generators_left_open_are_closed_with_the_loop() -> None:
    closed: list[bool] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    generator = numbers()

    async def take_one() -> int:
        return await anext(generator)

    loop = LoopThread()
    assert loop.run(take_one()) == 1
    loop.close()
    assert closed == [True]
