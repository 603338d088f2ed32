"""Sentence splitting: a table of hard cases, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_functions.sentences import sentence_starts, sentence_starts_before, split_sentences

# A bar is where a sentence is expected to begin.
_CASES = [
    "Hello world. |How are you? |Fine!",
    "Dr. Smith met Mrs. Jones. |They talked.",
    "Prof. Dr. Gen. St. John came. |He left.",
    "He lives in the U.S. and works there.",
    "He moved to the U.S. |He likes it.",
    "The U.S. Army arrived. |It stayed.",
    "J. R. R. Tolkien wrote it. |It is long.",
    "George W. Bush won. |He ruled.",
    "It costs $3.50. |That is cheap.",
    "Pi is about 3.14159. |It goes on.",
    "Version 2.0.1 is out. |Get it.",
    "See www.example.com. |It is good.",
    "Visit https://example.com/a.b?c=d. |Then leave.",
    "Mail me at a.b@example.com. |Thanks.",
    "The file is notes.txt. |Open it.",
    "Node.js is fast. |So is Go.",
    "Wait... what happened?",
    "Wait... |What happened?",
    "It was cold . . . and dark.",
    "Well… |That was it.",
    "Well… maybe not.",
    '"Stop!" he cried.',
    '"Are you sure?" she asked. |"Yes."',
    'He said, "Go." |Then he left.',
    "“I know.” |“So do I.”",
    "(This is a note.) |The next one.",
    "He left (see p. 3 for why). |She stayed.",
    "He arrived at 5 p.m. and left.",
    "He arrived at 5 p.m. |The train left.",
    "See Fig. 3 for details. |Nothing else.",
    "See pp. 3-5 and vol. 7. |The end.",
    "No. 5 is alive.",
    "She said no. |Nobody cared.",
    "Apples, pears, etc. are fruit.",
    "Apples, pears, etc. |The rest is bread.",
    "Acme Inc. announced profits. |Shares rose.",
    "Some, e.g. this one, i.e. that one. |Done.",
    "Smith et al. found it. |We agree.",
    "It was Vitamin C. |The next one is D.",
    "So do I. |He left.",
    "In 1990. |The wall fell.",
    "Really?! |Yes.",
    "What?! |No way!! |OK.",
    "Yahoo! announced it.",
    "The iPhone sold well. |iPad sales fell.",
    "He is 5 ft. tall.",
    "**Bold.** |Plain.",
    "Am 3. Oktober feiern wir. |Danach nicht.",
    "Im 19. Jahrhundert war das z.B. so. |Heute nicht.",
    "Das kostet ca. 5 Euro. |Mehr nicht.",
    "M. Dupont est arrivé. |Il pleut.",
    "¿Qué pasa? |¡Nada! |Vale.",
    "Il Sig. Rossi è qui. |Bene.",
    "你好。|我很好！|你呢？",
    "「知っていたのね。」|彼女は言った。",
    "यह एक है। |यह दो है।",
    "كيف حالك؟ |أنا بخير.",
    "Где ты? |Я здесь.",
    "Title\n\n|Text begins.",
    "A line that\ngoes on. |And ends.",
    "Buy:\n|- milk\n|- eggs",
    "1. Boil water.\n|2. Add tea.\n|3. Wait.",
    "# Heading\n|Text below it.",
    "First.\r\n\r\n|Second.",
    "| a | b |\n|| c | d |",
]


@pytest.mark.parametrize("case", _CASES)
def test_sentences_begin_where_a_reader_expects(case: str) -> None:
    if case.startswith("| a"):
        expected = ["| a | b |\n", "| c | d |"]
    else:
        expected = case.split("|")
    assert split_sentences("".join(expected)) == expected


@given(st.text(st.one_of(st.characters(), st.sampled_from(".!?… \n\"')aAb1。-#|")), max_size=200))
def test_nothing_is_lost_and_no_sentence_is_empty(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join(sentences) == text
    assert all(sentences)


@pytest.mark.parametrize("text", [".", "...", "a", "\n", " ", "?!", "。"])
def test_the_smallest_texts_stay_whole(text: str) -> None:
    assert split_sentences(text) == [text]


def test_an_empty_text_has_no_sentences() -> None:
    assert split_sentences("") == []


@pytest.mark.parametrize("character", [".", "!", "\n", "'", " ", "。", "…", "-", "a.", ". ", "\n\n", "A. "])
def test_a_text_of_nothing_but_stops_is_read_once(character: str) -> None:
    text = character * 100_000
    assert "".join(split_sentences(text)) == text


def test_reading_backwards_finds_the_same_places() -> None:
    text = " ".join(f"This is sentence {number}, and it has an end." for number in range(200))
    forwards = list(sentence_starts(text))
    assert list(dict.fromkeys(sentence_starts_before(text, len(text)))) == forwards[::-1]


def test_reading_backwards_stays_between_its_bounds() -> None:
    text = "One. Two. Three. Four. Five."
    assert list(sentence_starts_before(text, 17, 5)) == [17, 10]
