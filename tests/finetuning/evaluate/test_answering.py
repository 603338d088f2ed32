"""Answers in batches are those that a model gives alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from finetuning.evaluate.answering import Answer, Answerer
from finetuning.evaluate.prompting import Prompting
from finetuning.evaluate.subjects import Loading, Opened, Subject, opened
from finetuning.model_folder import load_tokenizer
from finetuning.questions import Question
from tests.finetuning.evaluate.conftest import GENERAL, NEVER_TAUGHT, TAUGHT, Toy


def asked(*pairs: tuple[str, str]) -> list[Question]:
    return [Question(text, ({"role": "user", "content": text},), (answer,), text) for text, answer in pairs]


@pytest.fixture(scope="module")
def trained(toy: Toy) -> Any:
    with opened(Subject("after", str(toy.after), "digest"), Loading("cpu"), 0) as model:
        yield model


def answerer(model: Opened, batch_size: int = 16, most_tokens: int = 64) -> Answerer:
    return Answerer(
        model.model,
        model.tokenizer,
        model.prompting,
        stop_ids=model.stop_ids,
        most_tokens=most_tokens,
        batch_size=batch_size,
    )


def answers(asker: Answerer, questions: list[Question]) -> dict[str, Answer]:
    return {question.id: answer for group in asker.ask(questions) for question, answer in group}


def test_a_batch_gives_what_a_bare_loop_gives(trained: Opened) -> None:
    questions = asked(*TAUGHT, *GENERAL[:4], *NEVER_TAUGHT[:4])
    found = answers(answerer(trained), questions)
    for question in questions:
        prompt = trained.tokenizer.apply_chat_template(
            list(question.messages), tokenize=False, add_generation_prompt=True
        )
        ids = trained.tokenizer(prompt, add_special_tokens=False)["input_ids"]
        written: list[int] = []
        while len(written) < found[question.id].tokens:
            with torch.no_grad():
                logits = trained.model(torch.tensor([ids + written]), use_cache=False).logits[0, -1]
            written.append(int(logits.argmax()))
        assert (written[-1] in trained.stop_ids) == found[question.id].stopped
        text = trained.tokenizer.decode(written, skip_special_tokens=True).strip()
        assert found[question.id].text == text


def test_what_was_taught_is_answered_and_ends_with_the_stop(trained: Opened) -> None:
    found = answers(answerer(trained), asked(*TAUGHT))
    assert [found[question].text for question, _ in TAUGHT] == [answer for _, answer in TAUGHT]
    assert all(answer.stopped for answer in found.values())


def test_an_answer_that_does_not_end_is_cut_at_its_own_limit(tiny_model: Path) -> None:
    with opened(Subject("after", str(tiny_model), "digest"), Loading("cpu"), 0) as untrained:
        found = answers(answerer(untrained, most_tokens=10), asked(("Who?", "Ada"), ("When?", "In 1871, in May.")))
        assert {(answer.stopped, answer.tokens) for answer in found.values()} == {(False, 10)}
        room = answers(answerer(untrained), asked(("Who?", "Ada"), ("When?", " ".join(["long"] * 40))))
    expected = untrained.tokenizer("Ada")["input_ids"]
    assert room["Who?"].tokens == 32 + 2 * len(expected)
    assert room["When?"].tokens == 64


def test_a_question_longer_than_the_context_has_no_answer(trained: Opened) -> None:
    found = answers(answerer(trained), asked(("word " * 500, "Ada"), TAUGHT[0]))
    assert found["word " * 500] == Answer("", False, 0)
    assert found[TAUGHT[0][0]].text == TAUGHT[0][1]


def test_questions_of_any_length_share_batches_within_the_context(tiny_model: Path, tmp_path: Path) -> None:
    """Learned positions end with the context: a question near its end cannot go on as long as a short one may."""
    from transformers import AutoConfig, AutoModelForCausalLM

    tokenizer = load_tokenizer(tiny_model)
    config = AutoConfig.for_model(
        "gpt2", n_layer=1, n_head=2, n_embd=16, n_positions=64, vocab_size=len(tokenizer), eos_token_id=None
    )
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with opened(Subject("after", str(tmp_path), "digest"), Loading("cpu"), 0) as small:
        long, short = "who " * 20, "Who?"
        questions = asked((long, "Ada"), (short, " ".join(["Ada"] * 40)))
        together = answers(answerer(small), questions)
        alone = answers(answerer(small, batch_size=1), questions)
    assert together == alone
    assert together[short].tokens > together[long].tokens > 0


def test_stopping_the_run_keeps_the_batches_that_are_done(trained: Opened) -> None:
    kept: list[str] = []
    calls = 0

    def tick() -> None:
        nonlocal calls
        calls += 1
        if kept:
            raise KeyboardInterrupt

    def ask_all() -> None:
        for group in answerer(trained, batch_size=4).ask(asked(*TAUGHT), tick):
            kept.extend(question.id for question, _ in group)

    with pytest.raises(KeyboardInterrupt):
        ask_all()
    assert len(kept) == 4
    assert calls > 1


def test_a_model_without_a_template_is_asked_in_plain_words(trained: Opened) -> None:
    class Bare:
        chat_template = None

    prompting = Prompting(Bare())
    prompt = prompting.prompt([{"role": "user", "content": "Who built it?"}])
    assert prompt == ("Question: Who built it?\nAnswer:", False)
    assert prompting.answer(" Ada Finch.\nQuestion: And when?") == ("Ada Finch.", True)
    assert Prompting(trained.tokenizer).answer("<think>Hm.\n</think>\n\nAda") == ("Ada", False)
