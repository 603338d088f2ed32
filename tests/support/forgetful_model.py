"""A model that retells facts: as an essay at once, as a FAQ only when told what it forgot, as a list never."""

from __future__ import annotations

from typing import Any


def reply(body: dict[str, Any]) -> str:
    """Answer one request."""
    system = body["messages"][0]["content"]
    corrected = "That answer cannot be used" in body["messages"][-1]["content"]
    request = body["messages"][-3 if corrected else -1]["content"]
    if "choose texts" in system:
        return "It states facts.\nVerdict: suitable"
    if "take a text apart" in system:
        return "1. Anna Teel built the loom of Harrow in 1911.\n2. The mill of Harrow has 12 windows and 3 doors."
    if "what follows" in system:
        return "NOTHING FOLLOWS"
    facts = request.split("Facts:", 1)[-1].strip()
    if "frequently asked" in system:
        return f"retold as faq: {facts}" if corrected else "retold as faq: somebody built something."
    if "list of notes" in system:
        return "- Somebody built something."
    return f"retold as essay: {facts}"
