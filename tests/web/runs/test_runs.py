"""Starting, labelling, cloning, comparing and deleting runs; nothing is carried out here."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from generation_functions.run_folder import RunFolder, read_json, run_id
from web.database import open_database
from web.queueing import Queues
from web.settings import Settings
from web.workers import recover


def start(client: TestClient, **wish: Any) -> Any:
    answer = client.post("/api/runs", json=wish or {"config": "poems.yaml"})
    assert answer.status_code == 202, answer.text
    return answer.json()


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json()["detail"])


def test_a_started_run_is_queued_with_its_config_in_its_folder(client: TestClient, project: Path) -> None:
    run = start(client, config="poems.yaml", name="First", tags=["sea"], overrides={"limit": "2"})
    assert (run["state"], run["name"], run["tags"], run["folder"]) == ("queued", "First", ["sea"], "outputs/poems")
    assert read_json(project / "outputs/poems/run.json")["config"]["limit"] == 2
    details = client.get(f"/api/runs/{run['id']}").json()
    assert details["command"] == "python run_augmentoolkit.py resume outputs/poems"
    refused(client.post("/api/runs", json={"config": "poems.yaml"}), 409, "already-active")


def test_a_config_with_mistakes_is_answered_with_all_of_them_and_nothing_is_started(
    client: TestClient, project: Path
) -> None:
    (project / "configs/bad.yaml").write_text(
        "pipeline: example-pipeline\nchunk_sise: 4\nlimit: many\noutput_dir: outputs/bad\n"
    )
    answer = client.post("/api/runs", json={"config": "bad.yaml"})
    refused(answer, 422, "config-invalid")
    mistakes = {(one["line"], one["key"]) for one in answer.json()["mistakes"]}
    assert mistakes == {(2, "chunk_sise"), (3, "limit")}
    assert client.get("/api/runs").json()["items"] == []


@pytest.mark.parametrize("pipeline", ["evil.py:run", "os:system", "generation/example_pipeline", "../evil.py"])
def test_a_path_to_a_function_is_refused_and_never_imported(client: TestClient, project: Path, pipeline: str) -> None:
    (project / "evil.py").write_text("import pathlib; pathlib.Path('imported').touch()\ndef run(): pass\n")
    (project / "configs/evil.yaml").write_text(f"pipeline: '{pipeline}'\noutput_dir: outputs/evil\n")
    for wish in ({"config": "evil.yaml"}, {"pipeline": pipeline}):
        answer = client.post("/api/runs", json=wish)
        assert answer.status_code in (404, 422), answer.text
    assert not (project / "imported").exists()


@pytest.mark.parametrize(
    "output_dir", ["/tmp/elsewhere", "../elsewhere", "outputs", "outputs-private/x", "inputs/x", "outputs/../x"]
)
def test_a_run_writes_below_outputs_only(client: TestClient, project: Path, output_dir: str) -> None:
    wish = {"config": "poems.yaml", "overrides": {"output_dir": output_dir}}
    detail = refused(client.post("/api/runs", json=wish), 422, "output-outside")
    assert "must be a folder below" in detail


def test_a_link_out_of_outputs_is_no_way_out(client: TestClient, project: Path, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (project / "outputs/link").symlink_to(tmp_path / "away")
    wish = {"config": "poems.yaml", "overrides": {"output_dir": "outputs/link/run"}}
    refused(client.post("/api/runs", json=wish), 422, "output-outside")


def test_a_key_in_plain_text_is_not_run_and_not_repeated(client: TestClient, project: Path) -> None:
    (project / "configs/plain.yaml").write_text(
        "pipeline: example-pipeline\noutput_dir: outputs/plain\n"
        "model:\n  name: gpt\n  base_url: http://127.0.0.1:9/v1\n  api_key: sk-canary-123456\n"
    )
    answer = client.post("/api/runs", json={"config": "plain.yaml"})
    refused(answer, 422, "plain-secret")
    assert answer.json()["mistakes"][0]["line"] == 6
    wish = {
        "config": "poems.yaml",
        "overrides": {"model": "{name: gpt, base_url: 'http://h/v1', api_key: sk-canary-123456}"},
    }
    refused(client.post("/api/runs", json=wish), 422, "plain-secret")
    assert "canary" not in answer.text
    assert "canary" not in "".join(path.read_text() for path in (project / "outputs").rglob("*") if path.is_file())


def test_inputs_may_lie_anywhere_on_ones_own_machine_but_not_when_others_can_ask(
    project: Path, own_state: Path, tmp_path: Path
) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books/one.txt").write_text("A book.")
    wish = {"config": "poems.yaml", "overrides": {"input_dir": str(tmp_path / "books")}}
    own = Settings(root=project, state=own_state)
    with TestClient(create_app(own), base_url="http://127.0.0.1") as client:
        run = start(client, **wish)
        client.post(f"/api/runs/{run['id']}/cancel")
    token = "a-token-of-enough-length"
    shared = Settings(root=project, state=own_state, host="0.0.0.0", token=token)
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(create_app(shared), base_url="http://machine", headers=headers) as client:
        answer = client.post("/api/runs", json=wish)
        assert answer.status_code in (403, 422), answer.text
        assert "input_dir" in answer.text
    listed = Settings(root=project, state=own_state, host="0.0.0.0", token=token, input_folders=(tmp_path / "books",))
    with TestClient(create_app(listed), base_url="http://machine", headers=headers) as client:
        start(client, **wish)


def test_queued_runs_are_paused_cancelled_and_resumed_at_once(client: TestClient) -> None:
    run = start(client)["id"]
    assert client.post(f"/api/runs/{run}/pause").json()["state"] == "paused"
    refused(client.post(f"/api/runs/{run}/pause"), 409, "not-active")
    assert client.post(f"/api/runs/{run}/resume", json={}).json()["state"] == "queued"
    assert client.post(f"/api/runs/{run}/cancel").json()["state"] == "cancelled"
    refused(client.post(f"/api/runs/{run}/cancel"), 409, "not-active")


def test_resuming_may_raise_the_cap(client: TestClient, project: Path) -> None:
    run = start(client)["id"]
    client.post(f"/api/runs/{run}/pause")
    assert client.post(f"/api/runs/{run}/resume", json={"overrides": {"max_cost": "20"}}).status_code == 202
    assert read_json(project / "outputs/poems/run.json")["config"]["max_cost"] == 20


def test_a_clone_has_the_config_and_a_folder_of_its_own(client: TestClient, project: Path) -> None:
    first = start(client, config="poems.yaml", overrides={"limit": "2"}, tags=["a"])
    clone = client.post(
        f"/api/runs/{first['id']}/clone", json={"overrides": {"chunk_size": "50"}, "start": False}
    ).json()
    assert (clone["folder"], clone["state"], clone["tags"]) == ("outputs/poems-2", "paused", ["a"])
    config = read_json(project / "outputs/poems-2/run.json")["config"]
    assert (config["limit"], config["chunk_size"], config["output_dir"]) == (2, 50, "outputs/poems-2")
    refused(client.post(f"/api/runs/{first['id']}/clone", json={"output_dir": "poems-2"}), 409, "folder-taken")

    compared = client.get("/api/compare", params={"first": first["id"], "second": clone["id"]}).json()
    assert {one["key"]: (one["first"], one["second"]) for one in compared["differences"]} == {
        "chunk_size": (400, 50),
        "output_dir": ("outputs/poems", "outputs/poems-2"),
    }


def test_runs_are_filtered_sorted_and_paged(client: TestClient) -> None:
    for number in range(5):
        wish = {
            "pipeline": "debug-pipeline",
            "overrides": {"output_dir": f"outputs/n{number}"},
            "name": f"Night {number}",
        }
        run = start(client, **wish, tags=["even" if number % 2 == 0 else "odd"])
        if number == 3:
            client.post(f"/api/runs/{run['id']}/cancel")

    def names(**query: Any) -> list[str]:
        return [run["name"] for run in client.get("/api/runs", params=query).json()["items"]]

    assert names() == [f"Night {number}" for number in (4, 3, 2, 1, 0)]
    assert names(sort="name", descending=False, limit=2) == ["Night 0", "Night 1"]
    assert names(tag="odd") == ["Night 3", "Night 1"]
    assert names(tag="od") == []
    assert names(state="cancelled") == ["Night 3"]
    assert names(text="night 2") == ["Night 2"]
    assert names(text="%") == []
    page = client.get("/api/runs", params={"limit": 2}).json()
    assert (page["total"], page["next"], page["counts"]) == (5, "2", {"queued": 4, "cancelled": 1})
    assert names(limit=2, cursor=4) == ["Night 0"]


def test_runs_without_a_name_are_sorted_by_the_one_that_is_shown(client: TestClient) -> None:
    for folder, name in (("zebra", "Moth"), ("ape", ""), ("sub/newt", "")):
        overrides = {"output_dir": f"outputs/{folder}"}
        start(client, pipeline="debug-pipeline", overrides=overrides, name=name)
    runs = client.get("/api/runs", params={"sort": "name", "descending": False}).json()["items"]
    assert [run["name"] for run in runs] == ["ape", "Moth", "newt"]


def test_a_run_is_renamed_and_the_name_survives_the_loss_of_the_index(
    client: TestClient, project: Path, own_state: Path
) -> None:
    run = start(client)
    client.post(f"/api/runs/{run['id']}/cancel")
    changed = client.patch(f"/api/runs/{run['id']}", json={"name": "Lighthouse", "tags": ["sea", "light"]}).json()
    assert changed["name"] == "Lighthouse"
    for file in own_state.glob("index.sqlite*"):
        file.unlink()
    with TestClient(create_app(Settings(root=project, state=own_state)), base_url="http://127.0.0.1") as again:
        found = again.get(f"/api/runs/{run['id']}").json()
    for key in ("name", "tags", "state", "message", "created", "config_file", "pipeline"):
        assert found[key] == changed[key], key


def test_what_was_queued_when_the_index_was_lost_is_paused(client: TestClient, project: Path, own_state: Path) -> None:
    run = start(client)
    for file in own_state.glob("index.sqlite*"):
        file.unlink()
    with TestClient(create_app(Settings(root=project, state=own_state)), base_url="http://127.0.0.1") as again:
        found = again.get(f"/api/runs/{run['id']}").json()
    assert (found["state"], found["message"]) == ("paused", "the index was made again: resume it")


def test_a_run_is_deleted_with_its_files_only_when_it_is_not_active(
    client: TestClient, project: Path, own_state: Path
) -> None:
    run = start(client)["id"]
    assert [entry.stem for entry in (own_state / "runs").iterdir()] == [run]
    refused(client.delete(f"/api/runs/{run}?files=true"), 409, "already-active")
    client.post(f"/api/runs/{run}/cancel")
    refused(client.delete(f"/api/runs/{run}"), 409, "folder-remains")
    assert client.delete(f"/api/runs/{run}?files=true").status_code == 204
    assert not (project / "outputs/poems").exists()
    assert list((own_state / "runs").iterdir()) == []
    refused(client.get(f"/api/runs/{run}"), 404, "no-such-run")


def test_a_run_whose_folder_has_gone_can_be_taken_out_of_the_list(client: TestClient, project: Path) -> None:
    run = start(client)["id"]
    client.post(f"/api/runs/{run}/cancel")
    shutil.rmtree(project / "outputs/poems")
    assert client.get(f"/api/runs/{run}").status_code == 200
    refused(client.get(f"/api/runs/{run}/events"), 404, "run-folder-gone")
    assert client.delete(f"/api/runs/{run}").status_code == 204


def test_a_folder_in_use_is_not_touched(client: TestClient, project: Path) -> None:
    held = RunFolder(project / "outputs/poems")
    held.acquire()
    try:
        assert "in use by process" in refused(
            client.post("/api/runs", json={"config": "poems.yaml"}), 409, "folder-in-use"
        )
    finally:
        held.release()
    assert not (project / "outputs/poems/run.json").exists()


def test_a_file_in_the_way_of_a_folder_is_named(client: TestClient, project: Path) -> None:
    (project / "outputs/afile").write_text("here")
    wish = {"config": "poems.yaml", "overrides": {"output_dir": "outputs/afile/x"}}
    assert "outputs/afile is a file" in refused(client.post("/api/runs", json=wish), 409, "in-the-way")


def test_a_file_where_a_folder_is_wanted_is_a_mistake_of_the_config(client: TestClient, project: Path) -> None:
    (project / "outputs/afile").write_text("here")
    wish = {"config": "poems.yaml", "overrides": {"output_dir": "outputs/afile"}}
    refused(client.post("/api/runs", json=wish), 422, "config-invalid")
    (mistake,) = client.post("/api/runs", json=wish).json()["mistakes"]
    assert (mistake["key"], mistake["message"]) == ("output_dir", "outputs/afile is a file; a folder is wanted")


def test_what_is_not_there_is_a_404_and_what_makes_no_sense_a_422(client: TestClient) -> None:
    refused(client.get("/api/runs/0123456789abcdef"), 404, "no-such-run")
    refused(client.get("/api/runs/nonsense"), 422, "invalid-request")
    refused(client.post("/api/runs", json={"config": "nowhere.yaml"}), 404, "no-such-file")
    refused(client.post("/api/runs", json={"config": "../../etc/passwd"}), 422, "path-invalid")
    refused(client.post("/api/runs", json={}), 422, "nothing-to-run")
    refused(
        client.post("/api/runs", json={"config": "poems.yaml", "pipeline": "debug-pipeline"}), 422, "nothing-to-run"
    )


def test_the_service_can_be_moved_to_the_next_release_while_runs_are_queued(
    client: TestClient, project: Path, own_state: Path
) -> None:
    run = start(client)["id"]
    with TestClient(create_app(Settings(root=project, state=own_state)), base_url="http://127.0.0.1") as another:
        assert another.get(f"/api/runs/{run}").json()["state"] == "queued"
        another.post(f"/api/runs/{run}/cancel")
    assert client.get(f"/api/runs/{run}").json()["state"] == "cancelled"


def test_a_double_click_starts_one_run(client: TestClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/api/runs", json={"config": "poems.yaml"}), range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409], [one.text for one in answers]
    assert client.get("/api/runs").json()["counts"] == {"queued": 1}


def test_what_the_command_line_runs_is_not_stopped_or_lost_by_the_service(
    client: TestClient, settings: Settings, project: Path
) -> None:
    held = RunFolder(project / "outputs/mine")
    held.acquire()
    try:
        held.write_state({"status": "running", "pipeline": "debug-pipeline", "config": {"pipeline": "debug-pipeline"}})
        held.register()
        (run,) = client.get("/api/runs").json()["items"]
        assert (run["state"], run["message"]) == ("running", "run by the command line")
        refused(client.post(f"/api/runs/{run['id']}/cancel"), 409, "not-active")
        database = open_database(settings)
        recover(settings, database, Queues(settings))
        database.close()
        assert client.get(f"/api/runs/{run['id']}").json()["state"] == "running"
    finally:
        held.release()


def test_a_folder_with_other_runs_in_it_is_not_deleted(client: TestClient, project: Path) -> None:
    outer = start(client, config="poems.yaml", overrides={"output_dir": "outputs/outer"})["id"]
    wish = {"config": "poems.yaml", "overrides": {"output_dir": "outputs/outer/inner"}}
    assert "the folder of another run" in refused(client.post("/api/runs", json=wish), 409, "in-the-way")
    held = RunFolder(project / "outputs/outer/inner")  # the command line may do that
    held.acquire()
    held.write_state({"status": "completed"})
    held.register()
    held.release()
    client.post(f"/api/runs/{outer}/cancel")
    inner = run_id(project / "outputs/outer/inner")
    assert client.get(f"/api/runs/{inner}").json()["state"] == "completed"
    refused(client.delete(f"/api/runs/{outer}?files=true"), 409, "folder-remains")
    assert client.delete(f"/api/runs/{inner}?files=true").status_code == 204
    assert client.delete(f"/api/runs/{outer}?files=true").status_code == 204


def test_resuming_an_active_run_does_not_change_its_config(client: TestClient, project: Path) -> None:
    run = start(client)["id"]
    refused(client.post(f"/api/runs/{run}/resume", json={"overrides": {"limit": "1"}}), 409, "already-active")
    assert read_json(project / "outputs/poems/run.json")["config"]["limit"] == 3
