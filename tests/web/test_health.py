from __future__ import annotations

from starlette.testclient import TestClient


def test_the_service_answers_but_is_not_ready_without_a_worker(client: TestClient) -> None:
    assert client.get("/api/health").json() == {"status": "ok"}
    answer = client.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json()["code"] == "no-worker"
    assert "python worker.py" in answer.json()["detail"]
