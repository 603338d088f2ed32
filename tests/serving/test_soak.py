"""A few seconds of what benchmarks/serving.py --soak does for minutes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.serving import soak
from tests.support.model_server import model_server


def test_clients_that_leave_and_garbage_do_not_disturb_sixteen_streams(tiny_model: Path) -> None:
    """Proof 10 of the training design, in short: no wrong answer, every slot free afterwards, no leak."""
    with model_server([{"source": str(tiny_model), "name": "tiny"}], slots=16) as server:
        found = asyncio.run(asyncio.wait_for(soak(server.url, "tiny", server.process.pid, 5), 200))
        assert found.problems == []
        assert found.counts["wrong"] == found.counts["taken"] == found.running_after == 0
        assert found.counts["right"] >= 16
        assert found.counts["left"] > 0
        assert found.counts["refused"] > 0
        assert found.memory_mb[-1] - found.memory_mb[0] < 100
        code, _ = server.stop()
        assert code == 130
        assert not (server.folder / "server.json").exists()
