"""A judge, for the fake endpoint (`reply="script"`): it grades by the length of the answer."""

from __future__ import annotations

from typing import Any


def reply(body: dict[str, Any]) -> str:
    """A reason, and a grade."""
    answer = str(body["messages"][-1]["content"]).rpartition("Student's answer:")[2].strip()
    return f"It has {len(answer)} characters.\n<grade>{min(10, len(answer))}</grade>"
