"""Continuous batching: one thread that reads prompts and writes the next token of all answers, step by step.

An answer enters as soon as a slot is free, and leaves when it ends or nobody listens any more; the others do not
notice (Yu et al., 2022, "Orca"). Long prompts are read in parts between two steps, so that answers keep flowing.
transformers' own continuous batching has no seed, penalties, likely tokens or adapter per request.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from serving.engine.answers import Answer, Generation
from serving.engine.pieces import Activity, Piece, Usage
from serving.engine.rows import JoinedRows, Rows, SeparateRows, can_join, mean_vectors, new_cache, read_prompt
from serving.engine.sampling import choose
from serving.protocol_errors import RefusedError, overloaded, shutting_down, too_many

logger = logging.getLogger("augmentoolkit.serving")
_PROMPT_TOKENS_A_STEP = 512


class Ticket:
    """A generation under way, seen from the event loop that asked for it."""

    def __init__(self, wanted: Generation) -> None:
        self.wanted = wanted
        self.answers = [Answer(wanted, choice) for choice in range(wanted.choices)]
        self.left = wanted.choices
        self.cancelled = False
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[Piece | RefusedError] = asyncio.Queue()

    async def pieces(self) -> AsyncGenerator[Piece]:
        """All pieces, the usage with the last one."""
        while True:
            piece = await self._pieces.get()
            if isinstance(piece, RefusedError):
                raise piece
            yield piece
            if piece.usage is not None:
                return

    def give(self, piece: Piece | RefusedError) -> None:
        """Hand over a piece, from the worker's thread."""
        if isinstance(piece, Piece) and piece.finish:
            self.left -= 1
            if not self.left:
                written = sum(len(answer.tokens) for answer in self.answers)
                usage = Usage(len(self.wanted.prompt), written)
                piece = replace(piece, usage=usage)
        with suppress(RuntimeError):  # the loop is closed: nobody listens
            self._loop.call_soon_threadsafe(self._pieces.put_nowait, piece)


@dataclass(eq=False, slots=True)
class Place:
    """An answer with a slot; `token` is the last one, which the model has not read yet."""

    ticket: Ticket
    answer: Answer
    token: int = -1
    cache: Any = None
    read: int = 0


@dataclass(slots=True)
class Group:
    """The answers of one adapter, in the order of their rows."""

    rows: Rows
    places: list[Place] = field(default_factory=list)


class Engine:
    """A model with a thread of its own.

    Args:
        model: A causal language model of transformers.
        slots: Answers that are written at once.
        queue: Answers that may wait for a slot; more are refused.
        use_adapter: Puts the weights of an adapter on the model; "" takes them off.
    """

    def __init__(
        self, model: Any, *, slots: int, queue: int, use_adapter: Callable[[str], None] = lambda name: None
    ) -> None:
        self.model, self.slots = model, slots
        self._queue, self._use_adapter = queue, use_adapter
        self._joined = can_join(model.config.get_text_config())
        self._changed = threading.Condition()
        self._waiting: deque[Place] = deque()
        self._reading: Place | None = None
        self._groups: dict[str, Group] = {}
        self._jobs: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._running = 0
        self._closing = False
        self._reason = "This model is being shut down."
        self._thread = threading.Thread(target=self._work, name="generation", daemon=True)
        self._thread.start()

    # -- for the event loop ------------------------------------------------------------------------------

    async def generate(self, *wanted: Generation) -> AsyncGenerator[Piece]:
        """Generate, all at once or not at all; the last piece has the usage of all of them.

        Raises:
            RefusedError: Too many wait already, or it is more than ever fits; or the model failed.
        """
        tickets = [Ticket(one) for one in wanted]
        self._enter([Place(ticket, answer) for ticket in tickets for answer in ticket.answers])
        prompt = completion = 0
        try:
            for ticket in tickets:
                async for piece in ticket.pieces():
                    if piece.usage is not None:
                        prompt += piece.usage.prompt_tokens
                        completion += piece.usage.completion_tokens
                        piece = replace(piece, usage=Usage(prompt, completion) if ticket is tickets[-1] else None)
                    yield piece
        finally:
            self._cancel(tickets)

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call a function in the model's thread, between two steps."""
        future: Future[Any] = Future()
        with self._changed:
            self._check_open()
            if len(self._jobs) >= max(self._queue, 1):
                raise overloaded(len(self._jobs))
            self._jobs.append((function, future))
            self._changed.notify()
        return await asyncio.wrap_future(future)

    async def mean_vectors(self, batch: list[list[int]], adapter: str) -> list[list[float]]:
        """The mean of each text's last hidden vectors, of length 1."""

        def work() -> Any:
            self._use_adapter(adapter)
            return mean_vectors(self.model, batch)

        found: list[list[float]] = await self.call(work)
        return found

    def activity(self) -> Activity:
        """What it is doing right now."""
        with self._changed:
            return Activity(self._running, len(self._waiting), self.slots)

    async def close(self) -> None:
        """End everything under way, and the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)

    def _enter(self, places: list[Place]) -> None:
        with self._changed:
            self._check_open()
            if len(places) > self.slots + self._queue:
                raise too_many(len(places), self.slots + self._queue)
            free = max(0, self.slots - self._running - len(self._waiting))
            if len(places) > free and len(self._waiting) + len(places) - free > self._queue:
                raise overloaded(len(self._waiting))
            self._waiting.extend(places)
            self._changed.notify()

    def _check_open(self) -> None:
        if self._closing or not self._thread.is_alive():
            raise shutting_down(self._reason)

    def _cancel(self, tickets: list[Ticket]) -> None:
        with self._changed:
            for ticket in tickets:
                ticket.cancelled = True
            self._waiting = deque(place for place in self._waiting if not place.ticket.cancelled)
            self._changed.notify()

    # -- in the thread -----------------------------------------------------------------------------------

    def _work(self) -> None:
        import torch

        try:
            with torch.inference_mode():
                while self._wait():
                    self._turn()
        except BaseException as error:
            self._reason = f"The model has failed and is not served any more: {error}"
            raise
        finally:
            with self._changed:
                self._closing = True
                gone = [*self._waiting, *self._under_way()]
                self._waiting.clear()
                self._groups.clear()
                self._reading, self._running = None, 0
                jobs = [future for _, future in self._jobs]
            refusal = shutting_down(self._reason)
            for place in gone:
                place.ticket.give(refusal)
            for future in jobs:
                if future.set_running_or_notify_cancel():
                    future.set_exception(refusal)

    def _under_way(self) -> list[Place]:
        places = [place for group in self._groups.values() for place in group.places]
        return [*places, self._reading] if self._reading else places

    def _wait(self) -> bool:
        """Sleep until there is something to do; False when it is to end."""
        with self._changed:
            while not (self._closing or self._waiting or self._running or self._jobs):
                self._changed.wait()
            return not self._closing

    def _turn(self) -> None:
        """Drop who left, do what was asked, read some of the prompts, and write a token of every answer."""
        self._drop_cancelled()
        if self._jobs:
            self._do(*self._jobs.popleft())
        budget = _PROMPT_TOKENS_A_STEP
        while budget > 0 and (place := self._next_prompt()):
            budget -= self._read_some(place, budget)
        for adapter, group in [*self._groups.items()]:
            if group.places:
                self._step(adapter, group)

    def _do(self, function: Callable[[], Any], future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(function())
        except (RuntimeError, ValueError, TypeError, LookupError, OSError) as error:
            logger.error("%s", error, exc_info=error)
            future.set_exception(_failure(error))
        except BaseException as error:
            future.set_exception(error)
            raise

    def _next_prompt(self) -> Place | None:
        """The answer whose prompt is read now; takes the next one that waits if a slot is free."""
        with self._changed:
            if self._reading is None and self._waiting and self._running < self.slots:
                self._reading = self._waiting.popleft()
                self._running += 1
            return self._reading

    def _read_some(self, place: Place, budget: int) -> int:
        prompt = place.ticket.wanted.prompt
        part = prompt[place.read : place.read + budget]
        adapter = place.ticket.wanted.adapter
        try:
            self._use_adapter(adapter)
            if place.cache is None:
                place.cache = new_cache(self.model.config.get_text_config(), self._joined)
            logits = read_prompt(self.model, place.cache, part, place.read)
            place.read += len(part)
            if place.read < len(prompt):
                return len(part)
            group = self._groups.setdefault(adapter, Group(JoinedRows() if self._joined else SeparateRows()))
            if self._take(place, choose(logits, [place.answer.drawing])[0]):
                group.rows.join(place.cache, place.read)
                group.places.append(place)
        except (RuntimeError, ValueError, TypeError, LookupError) as error:
            self._fail([place], error)
        place.cache = None
        self._reading = None
        return len(part)

    def _step(self, adapter: str, group: Group) -> None:
        try:
            self._use_adapter(adapter)
            logits = group.rows.step(self.model, [place.token for place in group.places])
            chosen = choose(logits, [place.answer.drawing for place in group.places])
            stay = [row for row, place in enumerate(group.places) if self._take(place, chosen[row])]
            group.rows.keep(stay)
            group.places = [group.places[row] for row in stay]
        except (RuntimeError, ValueError, TypeError, LookupError) as error:
            failed = [place for place in group.places if not place.answer.finish]
            del self._groups[adapter]
            self._fail(failed, error)

    def _take(self, place: Place, chosen: Any) -> bool:
        """Give an answer its next token; False when it has ended."""
        if chosen is None:
            self._fail([place], ValueError("its weights, or a number type too small for them, give no numbers (NaN)"))
            return False
        place.token = chosen.token
        piece = place.answer.add(chosen)
        if place.answer.finish:
            self._leave(1)
        if piece is not None:
            place.ticket.give(piece)
        return not place.answer.finish

    def _leave(self, count: int) -> None:
        with self._changed:
            self._running -= count

    def _fail(self, places: list[Place], error: Exception) -> None:
        logger.error("generating failed: %s", error, exc_info=error)
        for place in places:
            place.answer.finish = "error"
            place.ticket.cancelled = True
            place.ticket.give(_failure(error))
        self._leave(len(places))

    def _drop_cancelled(self) -> None:
        for group in self._groups.values():
            stay = [row for row, place in enumerate(group.places) if not place.ticket.cancelled]
            if len(stay) < len(group.places):
                self._leave(len(group.places) - len(stay))
                group.rows.keep(stay)
                group.places = [group.places[row] for row in stay]
        if self._reading is not None and self._reading.ticket.cancelled:
            self._reading = None
            self._leave(1)


def _failure(error: Exception) -> RefusedError:
    import torch

    if isinstance(error, RefusedError):
        return error
    if isinstance(error, torch.OutOfMemoryError):
        return RefusedError(
            "The device's memory is full. Try again in a moment, or with a shorter prompt.",
            status=503,
            code="out_of_memory",
            retry_after=5,
        )
    return RefusedError(f"The model failed: {error}", status=500, code="model_failed")
