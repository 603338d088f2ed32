"""Stop strings: what a stream shows is what the whole answer is, wherever the text is cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from serving.engine.stop_strings import StopStrings

TEXTS = some.text(alphabet="abc\n", max_size=40)
STOPS = some.lists(some.text(alphabet="abc\n", min_size=1, max_size=4), max_size=3)


def shown(pieces: list[str], stops: list[str]) -> tuple[list[str], bool]:
    stopping = StopStrings(stops)
    said = []
    for piece in pieces:
        said.append(stopping.feed(piece))
        if stopping.stopped:
            return said, True
    return [*said, stopping.flush()], False


@given(text=TEXTS, stops=STOPS, cuts=some.lists(some.integers(0, 40), max_size=8))
def test_a_text_ends_at_the_same_place_however_it_is_cut(text: str, stops: list[str], cuts: list[int]) -> None:
    """Proof 10 of the training design: streaming equals non-streaming."""
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(places)]
    in_pieces, stopped = shown(pieces, stops)
    one_by_one, stopped_too = shown([*text], stops)
    at_once, stopped_as_well = shown([text], stops)
    assert "".join(in_pieces) == "".join(one_by_one) == "".join(at_once)
    assert stopped == stopped_too == stopped_as_well


@given(text=TEXTS, stops=STOPS)
def test_nothing_of_a_stop_string_is_ever_shown(text: str, stops: list[str]) -> None:
    said, stopped = shown([*text], stops)
    whole = "".join(said)
    assert stopped == any(stop in text for stop in stops)
    assert not any(stop in whole for stop in stops)
    assert text.startswith(whole)
    if stopped:
        assert any(text[len(whole) :].startswith(stop) for stop in stops)
    else:
        assert whole == text


def test_text_that_begins_no_stop_string_is_shown_at_once() -> None:
    stopping = StopStrings(["\nUser:", "###"])
    assert stopping.feed("All is well.\n") == "All is well."
    assert stopping.feed("Us") == ""
    assert stopping.feed("ually.") == "\nUsually."
    assert stopping.feed("##") == ""
    assert stopping.feed("# and more") == ""
    assert stopping.stopped
    assert stopping.feed("more") == stopping.flush() == ""
