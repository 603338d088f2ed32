"""Overdue tasks are cancelled, and that is told apart from being cancelled by somebody else."""

from __future__ import annotations

import asyncio

from generation_functions.deadlines import Deadlines


async def work(deadlines: Deadlines, seconds: float, allowed: float) -> str:
    """Work for some seconds under a deadline; says how it ended."""
    task = asyncio.current_task()
    assert task is not None
    deadlines.set(task, allowed)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if deadlines.expired(task):
            return "overdue"
        raise
    finally:
        deadlines.clear(task)
    return "done"


def test_a_task_past_its_time_is_cancelled_and_goes_on_to_say_so() -> None:
    async def scenario() -> list[str]:
        deadlines = Deadlines()
        said = await asyncio.gather(
            work(deadlines, 60, 0.01), work(deadlines, 0, 60), work(deadlines, 60, 0.02), work(deadlines, 0.4, 60)
        )
        await deadlines.close()
        return list(said)

    assert asyncio.run(scenario()) == ["overdue", "done", "overdue", "done"]


def test_a_task_that_was_overdue_can_be_given_another_deadline() -> None:
    async def twice(deadlines: Deadlines) -> list[str]:
        return [await work(deadlines, 60, 0.01), await work(deadlines, 60, 0.01), await work(deadlines, 0, 60)]

    async def scenario() -> list[str]:
        deadlines = Deadlines()
        task = asyncio.create_task(twice(deadlines))
        said = await task
        assert task.cancelling() == 0, "the task still counts as being cancelled"
        await deadlines.close()
        return said

    assert asyncio.run(scenario()) == ["overdue", "overdue", "done"]


def test_a_cancellation_by_somebody_else_stays_one() -> None:
    async def scenario() -> tuple[bool, bool]:
        deadlines = Deadlines()
        task = asyncio.create_task(work(deadlines, 60, 60))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await deadlines.close()
        return task.cancelled(), bool(deadlines._due)

    assert asyncio.run(scenario()) == (True, False)


def test_a_task_that_is_overdue_and_cancelled_at_once_is_cancelled() -> None:
    async def scenario() -> bool:
        deadlines = Deadlines()
        task = asyncio.create_task(work(deadlines, 60, 0))
        while task not in deadlines._expired:  # the sweep has asked; the task has not run yet
            await asyncio.sleep(0)
            if task in deadlines._expired:
                task.cancel()
        await asyncio.wait([task])
        await deadlines.close()
        return task.cancelled()

    assert asyncio.run(scenario())


def test_a_task_that_ends_in_time_is_left_alone_afterwards() -> None:
    async def afterwards(deadlines: Deadlines) -> str:
        await work(deadlines, 0, 0.01)
        assert await asyncio.create_task(work(deadlines, 60, 0.02)) == "overdue"  # a sweep has passed
        return "undisturbed"

    async def scenario() -> str:
        deadlines = Deadlines()
        said = await afterwards(deadlines)
        await deadlines.close()
        return said

    assert asyncio.run(scenario()) == "undisturbed"


def test_closing_without_ever_having_been_used_is_fine() -> None:
    asyncio.run(Deadlines().close())
