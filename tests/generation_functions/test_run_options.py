"""The options that every config accepts."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from generation_functions.run_options import RunOptions


def test_nothing_is_capped_unless_asked_for() -> None:
    options = RunOptions()
    assert (options.max_cost, options.max_calls, options.reuse_calls) == (None, None, True)


def test_a_cap_of_nothing_is_a_cap() -> None:
    assert RunOptions(max_cost=0, max_calls=0).max_calls == 0


@pytest.mark.parametrize("wrong", [{"max_cost": -1}, {"max_calls": -1}, {"max_calls": 1.5}, {"max_costs": 1}])
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RunOptions.model_validate(wrong)
