"""Identities come from content and origin, never from a position, a process or a machine."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from generation_functions.records import child, record_id, seeded, stable_hash, stable_share

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_an_id_is_the_same_in_every_process() -> None:
    code = "from generation_functions.records import record_id; print(record_id('a.txt', 3, 'Ä harbour'))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert said == {record_id("a.txt", 3, "Ä harbour")}


def test_an_id_is_twenty_hex_digits_and_known_for_all_time() -> None:
    assert record_id("a.txt", 3, "harbour") == "5a68cc968ca36a9d9c87"


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_the_order_of_keys_does_not_matter_to_a_hash(values: dict[str, object]) -> None:
    assert stable_hash(values) == stable_hash(dict(reversed(values.items())))


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_different_parts_give_different_hashes(one: list[str], other: list[str]) -> None:
    assert (stable_hash(*one) == stable_hash(*other)) == (one == other)


def test_where_one_part_ends_and_the_next_begins_matters() -> None:
    assert record_id("ab", "c") != record_id("a", "bc")
    assert record_id("a", "") != record_id("a")


def test_a_child_keeps_what_its_parent_knows_and_gets_an_id_of_its_own() -> None:
    parent = {"id": record_id("p"), "text": "old", "source": {"file": "a.txt"}}
    made = child(parent, "split", text="new")
    assert made["source"] == parent["source"]
    assert made["text"] == "new"
    assert made["id"] != parent["id"]
    assert parent["text"] == "old"
    assert child(parent, "split", text="new") == made


def test_children_of_different_kinds_or_parents_or_contents_are_told_apart() -> None:
    parent, other = {"id": record_id("p")}, {"id": record_id("o")}
    ids = {
        child(parent, "question", text="same")["id"],
        child(parent, "answer", text="same")["id"],
        child(parent, "question", text="another")["id"],
        child(other, "question", text="same")["id"],
    }
    assert len(ids) == 4


def test_a_child_may_carry_a_key_that_is_called_kind_or_parent() -> None:
    made = child({"id": "p"}, "split", kind="fact", parent="x")
    assert made["kind"] == "fact"
    assert made["parent"] == "x"


@given(st.text(max_size=20), st.text(max_size=5))
def test_a_share_lies_between_nought_and_one_and_never_changes(key: str, salt: str) -> None:
    share = stable_share(key, salt)
    assert 0 <= share < 1
    assert share == stable_share(key, salt)


def test_shares_are_spread_evenly_enough_to_sample_with() -> None:
    tenths = [0] * 10
    for number in range(20_000):
        tenths[int(stable_share(f"key {number}") * 10)] += 1
    assert all(1_800 < count < 2_200 for count in tenths)


def test_the_same_keys_are_chosen_independently_under_another_salt() -> None:
    both = sum(stable_share(f"{n}", "a") < 0.1 and stable_share(f"{n}", "b") < 0.1 for n in range(20_000))
    assert 120 < both < 280


def test_a_seeded_generator_depends_on_its_parts_alone() -> None:
    first, again, other = seeded("writer", "key"), seeded("writer", "key"), seeded("writer", "another")
    numbers = [first.random() for _ in range(5)]
    assert numbers == [again.random() for _ in range(5)]
    assert numbers != [other.random() for _ in range(5)]
