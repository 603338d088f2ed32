"""How deep a value is nested."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generation_functions.nesting import is_deeper

VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=20,
)


def levels_of(value: Any) -> int:
    """Levels of lists and objects, counted the slow way: an empty list is one."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(levels_of, inner), default=0)


@given(VALUES, st.integers(0, 6))
def test_a_value_is_deeper_than_fewer_levels_than_it_has(value: Any, levels: int) -> None:
    assert is_deeper(value, levels) == (levels_of(value) > levels)


def test_a_value_too_deep_for_recursion_is_measured_all_the_same() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    assert is_deeper(value, 99_999)
    assert not is_deeper(value, 100_000)
    while isinstance(value, list):  # Python takes such a value apart by recursion, too
        value = value.pop()
