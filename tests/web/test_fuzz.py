"""Whatever is sent, no answer is a 500, none is undocumented, and none has another form than documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import ServiceProcesses
from tests.web.conftest import IN_THE_GATE

CONFIG = Path(__file__).with_name("schemathesis.toml")
LEAST_CASES = 2000
EXAMPLES = 3 if IN_THE_GATE else 12
"""Drawn for each operation, behind the thousands of cases at the limits of what the contract says."""
LEFT_OUT = "/events$|/connection-test$"
"""An event stream does not end, and a connection test may wait 15 s for an address; both have tests of their own."""


@pytest.mark.slow
def test_two_thousand_requests_and_more_find_nothing(project: Path, own_state: Path, tmp_path: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_GRACE_SECONDS=2, ATK_JOB_SECONDS=5) as service:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(CONFIG)),
                *("run", f"{service.url}/api/openapi.json"),
                *("--checks", "all", "--continue-on-failure"),
                *("--max-examples", str(EXAMPLES), "--generation-deterministic"),
                *("--exclude-path-regex", LEFT_OUT, "--no-color", "--suppress-health-check", "all"),
                *("--request-timeout", "30"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=400,
        )
        said = done.stdout[-12000:] + done.stderr[-2000:] + service.said()
        assert done.returncode == 0, said
        assert "Traceback" not in service.said(), service.said()
    cases = re.search(r"(\d+) generated", done.stdout)
    assert cases, said
    assert int(cases[1]) >= LEAST_CASES
