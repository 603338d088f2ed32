"""basic-server as people start it: a process of its own, on a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import yaml

from tests.conftest import PROJECT
from tests.support.service import until

_open = build_opener(ProxyHandler({})).open
PIPELINE = "serving/basic_server"


@dataclass
class ModelServer:
    """A server at work.

    Attributes:
        url: Its API's root, ending in /v1.
        folder: Of its run.
    """

    url: str
    folder: Path
    process: subprocess.Popen[str]
    key: str = ""

    @property
    def root(self) -> str:
        """Its address without /v1."""
        return self.url.removesuffix("/v1")

    def health(self) -> dict[str, Any]:
        """What /health says."""
        with _open(f"{self.root}/health", timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def metrics(self) -> dict[str, float]:
        """What /metrics says, by name and label."""
        request = Request(f"{self.root}/metrics", headers={"Authorization": f"Bearer {self.key}"})
        with _open(request, timeout=30) as answer:
            lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def memory_mb(self) -> float:
        """Resident memory of the process; needs Linux."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))

    def stop(self) -> tuple[int, str]:
        """Stop it as Ctrl-C does. Returns its exit code and what it said."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=60)[0]
        return self.process.returncode, said


@contextmanager
def model_server(
    models: list[dict[str, Any]], *, pipeline: str = PIPELINE, key: str = "", **settings: Any
) -> Iterator[ModelServer]:
    """Start a server and wait until it answers; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="atk-server-") as scratch:
        folder = Path(scratch) / "run"
        config = Path(scratch) / "config.yaml"
        content = {"pipeline": str(PROJECT / pipeline), "output_dir": str(folder), "models": models, "port": 0}
        content |= settings
        if key:
            content["api_key"] = "${SERVER_KEY_OF_TEST}"
        config.write_text(yaml.safe_dump(content), encoding="utf-8")
        with start_server(config, key) as process:
            until(lambda: (folder / "server.json").exists() or process.poll() is not None, seconds=240)
            assert process.poll() is None, process.communicate()[0]
            yield ModelServer(json.loads((folder / "server.json").read_text())["url"], folder, process, key)


@contextmanager
def start_server(config: Path, key: str = "") -> Iterator[subprocess.Popen[str]]:
    """The process, started and in the end gone."""
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "run_augmentoolkit.py"), "run", str(config)],
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "SERVER_KEY_OF_TEST": key},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()  # of one that has ended, nothing
        process.wait()
        if process.stdout:
            process.stdout.close()
