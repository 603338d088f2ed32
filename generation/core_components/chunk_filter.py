"""The first verdict on a chunk: is there anything in it to learn?"""

from __future__ import annotations

from generation_functions import Client, Prompts, Step, verdict

NOT_SUITABLE = "not suitable to learn from"


def suitable_chunks(client: Client, wording: Prompts) -> Step:
    """Drop contents pages, indexes, licences and garble. Uses the prompt judge_chunk."""
    return verdict(client, wording["judge_chunk"], passes="suitable", reason=NOT_SUITABLE)
