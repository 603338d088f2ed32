"""Continuous batching: whoever shares the model's time, an answer is what it would have been alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from finetuning.model_folder import load_model, load_tokenizer
from serving.engine.answers import Generation, Vocabulary
from serving.engine.pieces import Piece, Usage
from serving.engine.sampling import Sampling
from serving.engine.worker import Engine
from serving.protocol_errors import RefusedError

SECONDS = 60
PROMPTS = [[5 + (7 * row + 3 * place) % 280 for place in range(2 + 5 * row)] for row in range(12)]
VARIED = Sampling(temperature=0.0, frequency_penalty=1.5)  # greedy, and not the same token for ever


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Any:
    return load_model(tiny_model)


@pytest.fixture(scope="module")
def vocabulary(tiny_model: Path) -> Vocabulary:
    tokenizer = load_tokenizer(tiny_model)
    return Vocabulary(len(tokenizer), tokenizer.decode, lambda token: (tokenizer.decode([token]), b""))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, SECONDS))


@asynccontextmanager
async def engine(model: Any, slots: int = 8, queue: int = 64) -> AsyncIterator[Engine]:
    opened = Engine(model, slots=slots, queue=queue)
    try:
        yield opened
    finally:
        await opened.close()


async def answer(opened: Engine, *wanted: Generation) -> tuple[dict[int, str], Usage | None]:
    texts: dict[int, str] = {}
    usage = None
    async for piece in opened.generate(*wanted):
        texts[piece.choice] = texts.get(piece.choice, "") + piece.text
        usage = piece.usage or usage
    return texts, usage


async def _all(pieces: AsyncIterator[Piece]) -> list[Piece]:
    return [piece async for piece in pieces]


def wanted(vocabulary: Vocabulary, prompt: Sequence[int], tokens: int = 20, **settings: Any) -> Generation:
    return Generation(prompt, vocabulary, tokens, **{"sampling": VARIED, **settings})


@pytest.mark.parametrize("sampling", [VARIED, Sampling(seed=3), Sampling(seed=5, temperature=0.8, top_p=0.9, top_k=50)])
def test_twelve_at_once_are_answered_as_one_after_the_other(
    model: Any, vocabulary: Vocabulary, sampling: Sampling
) -> None:
    """Proof 10 of the training design: batched equals single, with answers that come and go at different times."""
    asked = [wanted(vocabulary, prompt, 4 + 5 * (row % 4), sampling=sampling) for row, prompt in enumerate(PROMPTS)]

    async def work() -> None:
        async with engine(model, slots=5) as opened:
            alone = [await answer(opened, one) for one in asked]
            together = await asyncio.gather(*(answer(opened, one) for one in asked))
            assert together == alone
            assert len({text[0] for text, _ in alone}) == len(asked)
            assert [usage for _, usage in alone] == [Usage(len(one.prompt), one.most_tokens) for one in asked]

    run(work())


def greedy(model: Any, prompt: Sequence[int], tokens: int) -> list[int]:
    import torch

    found = model.generate(torch.tensor([[*prompt]]), do_sample=False, max_new_tokens=tokens, pad_token_id=0)
    return [int(token) for token in found[0, len(prompt) :]]


def ids(vocabulary_size: int) -> Vocabulary:
    """Shows the ids themselves."""
    return Vocabulary(vocabulary_size, lambda tokens: "".join(f"{token} " for token in tokens), lambda token: ("", b""))


def other_models() -> dict[str, Any]:
    import torch
    from transformers import (
        FalconMambaConfig,
        FalconMambaForCausalLM,
        Gemma3ForCausalLM,
        Gemma3TextConfig,
        GPT2Config,
        GPT2LMHeadModel,
        MistralConfig,
        MistralForCausalLM,
    )

    torch.manual_seed(0)
    small = {"vocab_size": 400, "hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4}
    ends = {"eos_token_id": None, "bos_token_id": None, "pad_token_id": None}
    window = MistralConfig(**small, **ends, num_hidden_layers=2, num_key_value_heads=2, sliding_window=6)
    both = Gemma3TextConfig(
        **small, **ends, num_hidden_layers=3, num_key_value_heads=1, head_dim=8, sliding_window=5,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    )  # fmt: skip
    return {
        "sliding window": MistralForCausalLM(window),
        "windows and full attention": Gemma3ForCausalLM(both),
        "learned positions": GPT2LMHeadModel(GPT2Config(vocab_size=400, n_embd=32, n_layer=2, n_head=4, **ends)),
        "state space": FalconMambaForCausalLM(
            FalconMambaConfig(vocab_size=400, hidden_size=32, num_hidden_layers=2, state_size=4, **ends)
        ),
    }


def test_models_of_other_kinds_are_batched_as_they_generate_alone() -> None:
    for kind, model in other_models().items():
        model.eval()

        async def work(model: Any = model, kind: str = kind) -> None:
            async with engine(model, slots=3) as opened:
                asked = [wanted(ids(400), prompt, 12, sampling=Sampling(temperature=0)) for prompt in PROMPTS[:5]]
                found = await asyncio.gather(*(answer(opened, one) for one in asked))
            for (texts, _), one in zip(found, asked, strict=True):
                assert [int(word) for word in texts[0].split()] == greedy(model, one.prompt, 12), kind

        run(work())


def test_a_prompt_longer_than_a_step_reads_gives_what_generate_gives(model: Any, vocabulary: Vocabulary) -> None:
    import torch
    from transformers import LlamaForCausalLM

    torch.manual_seed(0)
    config = model.config.__class__.from_dict({**model.config.to_dict(), "max_position_embeddings": 2048})
    long = LlamaForCausalLM(config).eval()
    prompt = [5 + place * 11 % 280 for place in range(1300)]

    async def work() -> None:
        async with engine(long, slots=2) as opened:
            asked = wanted(ids(400), prompt, 8, sampling=Sampling(temperature=0))
            short = wanted(ids(400), PROMPTS[0], 8, sampling=Sampling(temperature=0))
            found = await asyncio.gather(answer(opened, asked), answer(opened, short))
        assert [int(word) for word in found[0][0][0].split()] == greedy(long, prompt, 8)
        assert [int(word) for word in found[1][0][0].split()] == greedy(long, PROMPTS[0], 8)

    run(work())


def test_a_stop_token_ends_an_answer_and_is_not_shown(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> None:
        async with engine(model) as opened:
            everything = [piece async for piece in opened.generate(wanted(ids(400), PROMPTS[3], 12))]
            tokens = [int(word) for word in "".join(piece.text for piece in everything).split()]
            stop = next(token for token in tokens[3:] if token not in tokens[:3])
            ended = [
                piece async for piece in opened.generate(wanted(ids(400), PROMPTS[3], 12, stop_ids=frozenset([stop])))
            ]
        shown = [int(word) for word in "".join(piece.text for piece in ended).split()]
        assert shown == tokens[: tokens.index(stop)]
        assert (everything[-1].finish, ended[-1].finish) == ("length", "stop")
        assert ended[-1].usage == Usage(len(PROMPTS[3]), len(shown) + 1)

    run(work())


def test_several_choices_have_chances_of_their_own_and_one_usage(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> None:
        async with engine(model, slots=3) as opened:
            asked = [
                wanted(vocabulary, prompt, 6, choices=4, first_choice=4 * row, sampling=Sampling(seed=1))
                for row, prompt in enumerate(PROMPTS[:2])
            ]
            texts, usage = await answer(opened, *asked)
        assert sorted(texts) == [*range(8)]
        assert len(set(texts.values())) > 4
        assert usage == Usage(len(PROMPTS[0]) + len(PROMPTS[1]), 48)

    run(work())


def test_who_stops_listening_frees_the_slot_at_once(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> None:
        async with engine(model, slots=2) as opened:
            endless = [wanted(vocabulary, prompt, 1 << 30, sampling=Sampling(seed=1)) for prompt in PROMPTS[:3]]
            async with aclosing(opened.generate(endless[0])) as first, aclosing(opened.generate(endless[1])) as second:
                await anext(first)
                await anext(second)
                waiting = asyncio.create_task(answer(opened, endless[2]))
                while not opened.activity().waiting:
                    await asyncio.sleep(0)
                assert (opened.activity().running, opened.activity().waiting) == (2, 1)
                waiting.cancel()  # while it waits
                while opened.activity().waiting:
                    await asyncio.sleep(0)
                short = asyncio.create_task(answer(opened, wanted(vocabulary, PROMPTS[4], 3)))
                await second.aclose()
                await short  # gets the slot
                assert opened.activity().running == 1
            while opened.activity().running:
                await asyncio.sleep(0)

    run(work())


def test_a_full_queue_refuses_all_of_a_request_and_says_when_to_come_back(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> None:
        async with engine(model, slots=1, queue=2) as opened:
            endless = wanted(vocabulary, PROMPTS[0], 1 << 30, sampling=Sampling(seed=1))
            async with aclosing(opened.generate(endless)) as first:
                await anext(first)
                two = asyncio.create_task(answer(opened, wanted(vocabulary, PROMPTS[1], 2, choices=2)))
                while opened.activity().waiting < 2:
                    await asyncio.sleep(0)
                with pytest.raises(RefusedError, match="2 requests are waiting") as refused:
                    await answer(opened, wanted(vocabulary, PROMPTS[2], 2))
                assert (refused.value.status, refused.value.headers()) == (503, {"Retry-After": "2"})
            await two

    run(work())


def test_more_answers_than_ever_fit_are_not_told_to_come_back(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> None:
        async with engine(model, slots=2, queue=1) as opened:
            with pytest.raises(RefusedError, match="takes on 3") as refused:
                await answer(opened, wanted(vocabulary, PROMPTS[0], 2, choices=4))
            assert (refused.value.status, refused.value.headers()) == (400, {})
            texts, _ = await answer(opened, wanted(vocabulary, PROMPTS[0], 2, choices=3))
            assert len(texts) == 3

    run(work())


def test_a_model_that_breaks_fails_the_request_and_answers_the_next(model: Any, vocabulary: Vocabulary) -> None:
    class Broken:
        config, device = model.config, model.device
        broken = False

        def __call__(self, **what: Any) -> Any:
            if self.broken:
                raise RuntimeError("no kernel")
            return model(**what)

    async def work() -> None:
        broken = Broken()
        async with engine(broken, slots=2) as opened:
            endless = wanted(vocabulary, PROMPTS[0], 1 << 30, sampling=Sampling(seed=1))
            generating = opened.generate(endless)
            await anext(generating)
            broken.broken = True
            with pytest.raises(RefusedError, match="The model failed: no kernel") as failed:
                await _all(generating)
            assert failed.value.status == 500
            broken.broken = False
            texts, _ = await answer(opened, wanted(vocabulary, PROMPTS[0], 5))
            assert texts[0]
            assert opened.activity().running == 0

    run(work())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_is_told_to_all_who_ask(model: Any, vocabulary: Vocabulary) -> None:
    class Dying:
        config, device = model.config, model.device

        def __call__(self, **what: Any) -> Any:
            raise AttributeError("no such layer")

    async def work() -> None:
        async with engine(Dying()) as opened:
            for _ in range(2):
                with pytest.raises(RefusedError, match="has failed and is not served any more: no such layer"):
                    await answer(opened, wanted(vocabulary, PROMPTS[0], 2))

    run(work())


def test_closing_ends_what_is_under_way_and_the_thread(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> None:
        before = threading.active_count()
        opened = Engine(model, slots=2, queue=2)
        endless = wanted(vocabulary, PROMPTS[0], 1 << 30, sampling=Sampling(seed=1))
        generating = opened.generate(endless)
        await anext(generating)
        await opened.close()
        with pytest.raises(RefusedError, match="shut down") as refused:
            async for _ in generating:
                pass
        assert refused.value.status == 503
        with pytest.raises(RefusedError, match="shut down"):
            await answer(opened, wanted(vocabulary, PROMPTS[0], 1))
        assert all(thread.name != "generation" for thread in threading.enumerate()[before:])

    run(work())


def test_log_probabilities_come_with_the_text_they_belong_to(model: Any, vocabulary: Vocabulary) -> None:
    async def work() -> list[Piece]:
        async with engine(model) as opened:
            asked = wanted(vocabulary, PROMPTS[5], 15, top_count=3, sampling=Sampling(seed=2))
            return [piece async for piece in opened.generate(asked)]

    pieces: list[Piece] = run(work())
    entries = [entry for piece in pieces for entry in piece.logprobs]
    assert len(entries) == 15
    for entry in entries:
        assert len(entry.top) == 3
        assert entry.logprob <= entry.top[0].logprob < 0
    for piece in pieces:
        assert not piece.text or piece.logprobs
