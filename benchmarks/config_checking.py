"""Measures checking configs as one types, over the service's routes, for every shipped pipeline.

python -m benchmarks.config_checking
python -m benchmarks.config_checking --times 200 --configs 100000
python -m benchmarks.config_checking --json

Each check has a text that was never checked before: the pipeline's own config with another comment and another limit.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.measure import ROOT, measure

_GOALS = {"check, warm": 100, "check, cold": 2000, "list pipelines, cold": 2000, "list pipelines, warm": 20}
"""Milliseconds. Goals of what is not listed: 100."""


def check_and_list(folder: str, times: int, configs: int) -> dict[str, float]:
    """Milliseconds: the 95th percentile of what is done often."""
    from starlette.testclient import TestClient

    from api import create_app
    from web.settings import Settings

    root = Path(folder)
    for name in ("generation", "inputs", "super_config.yaml"):
        (root / name).symlink_to(ROOT / name)
    (root / "configs").mkdir()
    for number in range(configs):
        (root / "configs" / f"config-{number}.yaml").write_text("pipeline: example-pipeline\n", encoding="utf-8")
    os.chdir(root)
    settings = Settings(root=root, state=root / "state")
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        figures = {"check, cold": _ms(lambda: _check(client, "pipeline: example-pipeline\n"))}
        figures["list pipelines, cold"] = _ms(lambda: client.get("/api/pipelines"))
        figures["list pipelines, warm"] = _ms(lambda: client.get("/api/pipelines"))
        figures[f"first page of {configs} configs"] = _ms(lambda: client.get("/api/configs"))
        spent = []
        for item in client.get("/api/pipelines").json()["items"]:
            text = client.get(f"/api/pipelines/{item['name']}").json()["example"]
            own = sorted(_ms(lambda text=text, n=n: _check(client, f"{text}\n# {n}\n")) for n in range(times))  # type: ignore[misc]
            figures[f"check {item['name']}"] = own[int(len(own) * 0.95)]
            spent += own[:-1]  # the first of each imports it
        figures["check, warm"] = sorted(spent)[int(len(spent) * 0.95)]
    return figures


def _check(client: Any, text: str) -> None:
    answer = client.post("/api/configs/check", json={"text": text})
    if answer.status_code != 200:
        raise SystemExit(f"a check failed: {answer.text}")


def _ms(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50, help="checks for each pipeline")
    parser.add_argument("--configs", type=int, default=10_000, help="files in the folder that is listed")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        arguments = {"folder": folder, "times": options.times, "configs": options.configs}
        figures = measure("benchmarks.config_checking:check_and_list", Path(folder) / "state", **arguments).result
    if options.json:
        print(orjson.dumps(figures).decode())
        return
    print(f"{'':44}{'ms':>9}{'goal':>9}")
    for name, figure in figures.items():
        print(f"{name:44}{figure:9.1f}{_GOALS.get(name, 100):9}")


if __name__ == "__main__":
    main()
