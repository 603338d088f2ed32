"""Rows become the tokens that a server makes of the same text, and exactly what a model must write is trained on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetuning.new_model import NewModel, new_tokenizer
from finetuning.token_rows import NOT_TRAINED, RowEncoder, TokenRow
from generation_functions.chat_templates import PRESETS, load_template
from generation_functions.datasets.row_reading import BrokenRowError
from generation_functions.errors import UsageError
from tests.support.tiny_models import TEXTS

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Who built the bridge?"},
    {"role": "assistant", "content": "Ada Finch."},
    {"role": "user", "content": "When was it built?"},
    {"role": "assistant", "content": "In 1871."},
]
CHATML = (
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWho built the bridge?<|im_end|>\n"
    "<|im_start|>assistant\nAda Finch.<|im_end|>\n<|im_start|>user\nWhen was it built?<|im_end|>\n"
    "<|im_start|>assistant\nIn 1871.<|im_end|>"
)
GAP = "|"  # where something that is not trained on lies between


@cache
def encoder(template: str = "chatml") -> RowEncoder:
    chat = load_template(template)
    texts = [*TEXTS, "one\n\ntwo\n\nthree\n\n  four\n\n  five", "Assistant:\n\nyes", "Assistant:\n\nno"] * 3
    return RowEncoder(new_tokenizer(NewModel(vocabulary_size=450), texts, chat), chat)


def whole(row: TokenRow, template: str = "chatml") -> str:
    return str(encoder(template).tokenizer.decode(row.ids))


def trained(row: TokenRow, template: str = "chatml") -> str:
    """What is trained on, piece by piece."""
    runs: list[list[int]] = [[]]
    for label in row.labels.tolist():
        if label == NOT_TRAINED:
            runs.append([])
        else:
            runs[-1].append(label)
    return GAP.join(encoder(template).tokenizer.decode(run) for run in runs if run)


ROWS: dict[str, dict[str, Any]] = {
    "messages": {"messages": MESSAGES},
    "sharegpt": {
        "system": "Be brief.",
        "conversations": [
            {"from": "human", "value": "Who built the bridge?"},
            {"from": "gpt", "value": "Ada Finch."},
            {"from": "human", "value": "When was it built?"},
            {"from": "gpt", "value": "In 1871."},
        ],
    },
    "alpaca": {
        "system": "Be brief.",
        "history": [["Who built the bridge?", "Ada Finch."]],
        "instruction": "When was it built?",
        "input": "",
        "output": "In 1871.",
    },
    "segments": {
        "segments": [
            {"label": False, "text": CHATML.partition("Ada")[0]},
            {"label": True, "text": "Ada Finch.<|im_end|>"},
            {"label": False, "text": "\n<|im_start|>user\nWhen was it built?<|im_end|>\n<|im_start|>assistant\n"},
            {"label": True, "text": "In 1871.<|im_end|>"},
        ]
    },
}


@pytest.mark.parametrize("name", ROWS)
def test_of_a_conversation_in_any_format_the_answers_and_their_stops_are_trained_on(name: str) -> None:
    """Proof 1 of the training design: the mask is exact for every row format and for several turns."""
    row = encoder().encode(ROWS[name])
    assert whole(row) == CHATML
    assert trained(row) == f"Ada Finch.<|im_end|>{GAP}In 1871.<|im_end|>"
    assert ((row.labels == NOT_TRAINED) | (row.labels == row.ids)).all()


def test_of_a_text_everything_is_trained_on_and_its_end() -> None:
    """Proof 1 of the training design, for text."""
    row = encoder().encode({"text": "The river rises."})
    assert trained(row) == whole(row) == "The river rises.<|im_end|>"


def test_a_text_that_ends_with_the_end_token_gets_no_second_one() -> None:
    row = encoder().encode({"text": CHATML})
    assert whole(row) == CHATML


def test_the_label_of_a_message_goes_before_its_role() -> None:
    """Proof 1 of the training design, for turns of which one is not trained on."""
    messages = [dict(message) for message in MESSAGES]
    messages[2]["label"] = False
    assert trained(encoder().encode({"messages": messages})) == "In 1871.<|im_end|>"


@pytest.mark.parametrize("name", PRESETS)
def test_the_stop_token_follows_each_answer_and_is_trained_on(name: str) -> None:
    """Proof 1 of the training design: the model learns to stop, whatever the template."""
    made = encoder(name)
    row = made.encode({"messages": MESSAGES[1:]})
    assert made.template is not None
    stop = made.template.stops[0].strip()
    assert trained(row, name).replace(" ", "") == f"AdaFinch.{stop}{GAP}In1871.{stop}"
    assert made.tokenizer.convert_tokens_to_ids(stop) in row.labels


def prompt_ids(made: RowEncoder, messages: list[dict[str, str]]) -> list[int]:
    """What a server gives the model."""
    return list(
        made.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=False)
    )


@pytest.mark.parametrize("name", PRESETS)
def test_a_row_begins_with_the_ids_that_the_server_prompts_with(name: str) -> None:
    """Proof 2 of the training design: training and serving see the same ids, start token included."""
    made = encoder(name)
    row = made.encode({"messages": MESSAGES[1:]})
    first, second = prompt_ids(made, MESSAGES[1:2]), prompt_ids(made, MESSAGES[1:4])
    assert row.ids[: len(first)].tolist() == first
    assert row.labels[len(first)] != NOT_TRAINED
    assert row.labels[len(first) - 1] == NOT_TRAINED
    if name != "llama3":  # with which this tokenizer makes other tokens of a prompt that an answer follows
        assert row.ids[: len(second)].tolist() == second
    end = len(row.ids) - row.labels.tolist()[::-1].index(NOT_TRAINED)
    assert row.ids[end - 3 : end].tolist() == second[-3:]
    starts = (row.ids == made.tokenizer.bos_token_id).sum() if made.tokenizer.bos_token else 0
    assert starts == bool(made.tokenizer.bos_token)


def byte_starts(made: RowEncoder, ids: list[int], text: str) -> list[int]:
    """The character in which each token begins, found by counting bytes: the tokenizer's offsets play no part."""
    character_of = [number for number, letter in enumerate(text) for _ in letter.encode()]
    starts, position = [], 0
    special = set(made.tokenizer.all_special_ids)
    for token, written in zip(ids, made.tokenizer.convert_ids_to_tokens(ids), strict=True):
        starts.append(character_of[position])
        position += len(written.encode()) if token in special else len(written)  # byte-level: a letter per byte
    assert position == len(text.encode())
    return starts


CONTENTS = st.text(st.sampled_from("abc ru\n\té’🙂.the"), min_size=1, max_size=20).filter(lambda text: text.strip())
TURNS = st.lists(st.tuples(CONTENTS, CONTENTS, st.booleans()), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(TURNS, st.sampled_from(["chatml", "mistral", "plain"]))
def test_a_token_is_trained_on_when_its_first_character_is(turns: list[tuple[str, str, bool]], name: str) -> None:
    """Proof 1 of the training design, for any conversation: checked against the bytes of each token."""
    made = encoder(name)
    messages: list[dict[str, Any]] = []
    for question, answer, label in turns:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer, "label": label}]
    messages[-1]["label"] = True
    assert made.template is not None
    parts = made.template.parts(messages)
    expected, text = [], "".join(part.text for part in parts)
    for part in parts:
        expected += [part.label] * len(part.text)
    row = made.encode({"messages": messages})
    seen = made.tokenizer.decode(row.ids)
    text, expected = text[: len(seen)], expected[: len(seen)]  # less the line break after the last end mark
    start = 1 if made.template.bos_token else 0
    ids = row.ids.tolist()[start:]
    for first, label in zip(byte_starts(made, ids, text[: len(text)]), row.labels.tolist()[start:], strict=True):
        assert (label != NOT_TRAINED) == expected[first]


@settings(max_examples=60, deadline=None)
@given(CONTENTS, CONTENTS, st.sampled_from(["chatml", "llama3", "plain", "gemma"]))
def test_a_row_of_any_contents_begins_with_the_served_ids_and_learns_all_that_follows(
    question: str, answer: str, name: str
) -> None:
    """Proof 2 of the training design: an answer that begins with blanks shares no token with its prompt."""
    made = encoder(name)
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    row = made.encode({"messages": messages})
    prompt = prompt_ids(made, messages[:1])
    assert row.ids[: len(prompt)].tolist() == prompt
    assert (row.labels[: len(prompt)] == NOT_TRAINED).all()
    assert (row.labels[len(prompt) :] != NOT_TRAINED).all()
    assert whole(row, name)[len(made.tokenizer.decode(prompt)) :].startswith(answer)


def test_cut_into_segments_a_text_keeps_the_tokens_that_it_has_whole() -> None:
    """Proof 2 of the training design: tokenised piece by piece it would have others, at most cuts."""
    made, random = encoder(), Random(0)
    others = 0
    for _ in range(200):
        text = random.choice(TEXTS)
        cut = random.randrange(1, len(text) - 1)
        pieces = [{"label": False, "text": text[:cut]}, {"label": True, "text": text[cut:]}]
        served = made.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert made.encode({"segments": pieces}).ids.tolist() == served
        apart = [made.tokenizer(piece["text"], add_special_tokens=False)["input_ids"] for piece in pieces]
        others += [token for piece in apart for token in piece] != served
    assert others > 100


def test_a_token_over_the_start_of_what_is_trained_is_left_out_and_one_over_its_end_is_not() -> None:
    made = encoder()
    assert len(made.tokenizer.tokenize(" bridge")) == 1
    start = made.encode({"segments": [{"label": False, "text": "a brid"}, {"label": True, "text": "ge of"}]})
    assert trained(start) == " of"
    end = made.encode({"segments": [{"label": True, "text": "of the bri"}, {"label": False, "text": "dge of"}]})
    assert trained(end) == "of the bridge"


def test_where_an_answer_and_its_prompt_would_share_a_token_both_get_their_own() -> None:
    """Proof 2 of the training design: tokenised whole, the prompt would end with a token that is never served."""
    made = encoder("plain")
    messages = [{"role": "user", "content": "Well?"}, {"role": "assistant", "content": "\n\nyes"}]
    text = "User:\nWell?\n\nAssistant:\n\n\nyes<|endoftext|>"
    row = made.encode({"messages": messages})
    assert whole(row, "plain") == text
    assert row.ids.tolist() != made.tokenizer(text)["input_ids"]
    assert trained(row, "plain") == "\n\nyes<|endoftext|>"
    answer = len("\n\nyes<|endoftext|>")
    segments = [{"label": False, "text": text[:-answer]}, {"label": True, "text": text[-answer:]}]
    assert made.encode({"segments": segments}).ids.tolist() == row.ids.tolist()


def test_a_tokenizer_that_begins_every_text_with_a_blank_puts_none_before_an_answer() -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE(unk_token="?"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    backend.decoder = decoders.Metaspace(prepend_scheme="always")
    backend.train_from_iterator(
        ["Assistant:\n\n\nyes User: Well? \n\n" * 5], trainers.BpeTrainer(special_tokens=["?", "<|endoftext|>"])
    )
    made = RowEncoder(
        PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|endoftext|>"), load_template("plain")
    )
    messages = [{"role": "user", "content": "Well?"}, {"role": "assistant", "content": "\n\nyes"}]
    assert made.tokenizer.decode(made.encode({"messages": messages}).ids).endswith("Assistant:\n\n\nyes<|endoftext|>")


def test_blanks_that_a_tokenizer_leaves_out_of_its_offsets_belong_to_the_token_they_begin() -> None:
    from tokenizers import processors

    chat = load_template("chatml")
    tokenizer = new_tokenizer(NewModel(vocabulary_size=450), TEXTS * 3, chat)
    tokenizer.backend_tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    row = RowEncoder(tokenizer, chat).encode(
        {"segments": [{"label": False, "text": "a "}, {"label": True, "text": "bridge of"}]}
    )
    assert tokenizer.decode(row.ids[row.labels == NOT_TRAINED]) == "a bridge"


def test_a_template_without_a_start_token_gets_none_from_a_tokenizer_that_has_one(tmp_path: Path) -> None:
    tokenizer = encoder("llama3").tokenizer
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": "<|begin_of_text|>"}')
    (tmp_path / "chat_template.jinja").write_text(load_template("chatml").source)
    made = RowEncoder(tokenizer, load_template(tmp_path / "chat_template.jinja"))
    assert tokenizer.decode(made.encode({"messages": MESSAGES}).ids) == CHATML
    assert tokenizer.decode(made.encode({"text": "A river."}).ids) == "<|begin_of_text|>A river.<|eot_id|>"


def test_a_text_that_was_rendered_with_its_start_token_has_it_once() -> None:
    row = encoder("llama3").encode({"text": "<|begin_of_text|>A river.<|eot_id|>"})
    assert whole(row, "llama3") == "<|begin_of_text|>A river.<|eot_id|>"


def test_a_template_that_writes_the_end_token_writes_that_of_the_tokenizer() -> None:
    made = RowEncoder(encoder("mistral").tokenizer, load_template("plain"))
    assert made.tokenizer.decode(made.encode({"messages": MESSAGES[1:3]}).ids).endswith("Ada Finch.</s>")
    with pytest.raises(BrokenRowError, match="</s> inside a message"):
        made.encode({"messages": [{"role": "user", "content": "</s>"}, MESSAGES[2]]})


def test_many_rows_come_out_as_each_does_alone_and_broken_ones_in_their_places() -> None:
    rows = [
        ROWS["messages"],
        {"text": "A river."},
        {"messages": [*MESSAGES[:2], {"role": "assistant", "content": "<|im_end|>"}]},
    ]
    made = list(encoder().encode_all(rows * 30))
    assert len(made) == 90
    for place, result in enumerate(made):
        if place % 3 == 2:
            assert isinstance(result, BrokenRowError)
        else:
            assert isinstance(result, TokenRow)
            alone = encoder().encode(rows[place % 3])
            assert result.ids.tolist() == alone.ids.tolist()
            assert result.labels.tolist() == alone.labels.tolist()


@pytest.mark.parametrize(
    ("row", "format", "problem"),
    [
        ({"text": "A river."}, "messages", "it is text, and the data's format is given as messages"),
        ({"messages": [{"role": "user", "content": "Well?"}]}, None, "there is no answer to learn from"),
        ({"segments": [{"label": False, "text": "a brid"}, {"label": True, "text": "ge"}]}, None, "none of its tokens"),
        (
            {"messages": [MESSAGES[1], {"role": "assistant", "content": "", "tool_calls": [{"name": "f"}]}]},
            None,
            "tool_calls, which text or segments cannot hold",
        ),
    ],
    ids=["other format", "no answer", "nothing left", "tools"],
)
def test_a_row_that_cannot_be_used_says_why(row: dict[str, Any], format: Any, problem: str) -> None:
    with pytest.raises(BrokenRowError, match=problem):
        encoder().encode(row, format)


def test_without_a_template_only_text_and_segments_can_be_read() -> None:
    made = RowEncoder(encoder().tokenizer)
    assert len(made.encode({"text": "A river."}).ids)
    assert made.encode(ROWS["segments"]).ids.tolist() == encoder().encode(ROWS["segments"]).ids.tolist()
    with pytest.raises(BrokenRowError, match="no chat_template says how to show it"):
        made.encode({"messages": MESSAGES})


def test_a_slow_tokenizer_is_refused_with_what_to_do() -> None:
    from transformers import ByT5Tokenizer

    with pytest.raises(UsageError, match=r"no fast tokenizer.*tokenizer\.json"):
        RowEncoder(ByT5Tokenizer())


def test_the_digest_changes_with_all_that_decides_the_tokens() -> None:
    made = encoder()
    assert made.digest == RowEncoder(made.tokenizer, load_template("chatml")).digest
    others = [encoder("llama3"), RowEncoder(made.tokenizer), RowEncoder(made.tokenizer, load_template("gemma"))]
    assert len({made.digest, *(other.digest for other in others)}) == 4
