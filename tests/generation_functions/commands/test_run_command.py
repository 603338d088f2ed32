from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.command_line import Atk

SCRIPT = Path(__file__).resolve().parents[3] / "run_augmentoolkit.py"


def test_a_run_by_name_writes_its_folder_and_prints_the_funnel(atk: Atk) -> None:
    done = atk("run", "numbers", "--set", "odd=false", "--set", "failing=1")
    assert done.code == 0
    assert "numbers: 2 rows in outputs/numbers/datasets/numbers.jsonl" in done.out
    assert "3 odd, 1 on demand" in done.out
    assert "retry-failed outputs/numbers" in done.out
    assert "done in" in done.out
    assert "calls made" not in done.out, "no model was asked"
    assert Path("outputs/numbers/summary.json").is_file()


def test_progress_in_a_pipe_is_plain_lines_on_standard_error(atk: Atk) -> None:
    done = atk("run", "numbers")
    assert "numbers: 6/6 (100%)" in done.err
    assert "\r" not in done.err


def test_notes_of_the_run_reach_the_screen(atk: Atk) -> None:
    assert "two files were skipped" in atk("run", "numbers", "--set", "note=two files were skipped").err


def test_json_is_one_object_on_standard_output(atk: Atk) -> None:
    done = atk("run", "numbers", "--json")
    assert done.json["status"] == "completed"
    assert done.json["datasets"][0]["rows"] == 6


def test_a_config_is_run_with_its_pipeline(atk: Atk) -> None:
    Path("c.yaml").write_text("pipeline: n\ncount: 3\noutput_dir: out\n")
    assert atk("run", "c.yaml", "--json").json["datasets"][0]["rows"] == 3
    assert Path("out/run.json").is_file()


def test_an_unannotated_function_runs_by_path_with_a_warning_about_extra_keys(atk: Atk) -> None:
    Path("c.yaml").write_text("pipeline: pipes.py:plain\ntext: ab\nextra: 1\n")
    done = atk("run", "c.yaml")
    assert done.code == 0
    assert Path("plain.txt").read_text() == "ababextra"
    assert "warning: c.yaml:3: extra: not parameters of plain, handed to its **kwargs: extra" in done.err


def test_a_coroutine_function_is_awaited(atk: Atk) -> None:
    assert atk("run", "pipes.py:waits", "--set", "text=hello").code == 0
    assert Path("waits.txt").read_text() == "hello"


def test_config_mistakes_exit_2_before_anything_is_run(atk: Atk) -> None:
    Path("c.yaml").write_text("pipeline: numbers\ncuont: 3\nodd: maybe\n")
    done = atk("run", "c.yaml")
    assert done.code == 2
    assert done.err.splitlines() == [
        "c.yaml:2: cuont: unknown key: did you mean count?",
        'c.yaml:3: odd: wants true or false, found the text "maybe"',
        "2 problems; nothing was run.",
    ]
    assert not Path("outputs").exists()


def test_an_unknown_pipeline_exits_2_with_a_suggestion(atk: Atk) -> None:
    done = atk("run", "nubmers")
    assert (done.code, done.err) == (2, "error: no pipeline is called 'nubmers': did you mean numbers?\n")


def test_a_missing_config_exits_2(atk: Atk) -> None:
    assert atk("run", "no.yaml").code == 2


def test_a_module_that_cannot_be_imported_exits_1(atk: Atk) -> None:
    Path("broken.py").write_text("import no_such_module_here\n")
    done = atk("run", "broken.py")
    assert done.code == 1
    assert "No module named 'no_such_module_here'" in done.err


def test_a_failure_on_purpose_is_a_message_and_exit_1(atk: Atk) -> None:
    done = atk("run", "pipes.py:fails", "--set", "message=no space left")
    assert (done.code, done.err) == (1, "error: no space left\n")
    assert json.loads(Path("outputs/fails/run.json").read_bytes())["status"] == "failed"


def test_an_unexpected_exception_shows_its_traceback_and_exits_1(atk: Atk) -> None:
    done = atk("run", "pipes.py:raises")
    assert done.code == 1
    assert "ZeroDivisionError" in done.err
    assert "return 1 / 0" in done.err


def test_a_stage_that_ends_empty_fails_and_says_why(atk: Atk) -> None:
    done = atk("run", "numbers", "--set", "failing=6")
    assert done.code == 1
    assert "none of 6 records came through" in done.err


def test_failure_as_json_names_message_and_exit_code(atk: Atk) -> None:
    done = atk("run", "pipes.py:fails", "--json")
    assert (done.json["status"], done.json["message"], done.json["exit_code"]) == ("failed", "sorry", 1)
    done = atk("run", "nubmers", "--json")
    assert (done.json["status"], done.json["exit_code"]) == ("failed", 2)


def test_a_pipeline_that_leaves_by_sys_exit_has_failed(atk: Atk) -> None:
    Path("leaves.py").write_text("import sys\ndef leaves():\n    sys.exit(0)\n")
    done = atk("run", "leaves.py")
    assert (done.code, "sys.exit(0)" in done.err) == (1, True)
    assert json.loads(Path("outputs/leaves/run.json").read_bytes())["status"] == "failed"


def test_wrong_usage_exits_2(atk: Atk) -> None:
    assert atk("rnu").code == 2
    assert atk("run", "--set", "a=1").code == 2


def test_without_argument_the_order_runs_one_after_the_other(atk: Atk) -> None:
    Path("a.yaml").write_text("pipeline: numbers\noutput_dir: a\n")
    with Path("super_config.yaml").open("a") as file:
        file.write("pipeline_order:\n  - a.yaml\n  - node: plain\n    text: x\n    times: 3\n")
    done = atk()
    assert done.code == 0
    assert "[1/2] numbers" in done.err
    assert Path("a/summary.json").is_file()
    assert Path("plain.txt").read_text() == "xxx"


def test_the_order_stops_at_the_first_failure(atk: Atk) -> None:
    with Path("super_config.yaml").open("a") as file:
        file.write("pipeline_order:\n  - node: pipes.py:fails\n  - node: plain\n    text: x\n")
    done = atk()
    assert (done.code, Path("plain.txt").exists()) == (1, False)


def test_all_configs_of_the_order_are_checked_before_the_first_runs(atk: Atk) -> None:
    with Path("super_config.yaml").open("a") as file:
        file.write("pipeline_order:\n  - node: plain\n    text: x\n  - node: numbers\n    cuont: 3\n  - no.yaml\n")
    done = atk()
    assert done.code == 2
    assert "super_config.yaml:9: cuont: unknown key: did you mean count?" in done.err
    assert "no.yaml: this file does not exist" in done.err
    assert not Path("plain.txt").exists()


def test_what_an_earlier_step_will_write_need_not_exist_yet(atk: Atk) -> None:
    Path("reads.py").write_text(
        "from pathlib import Path\nfrom generation_functions.schema import ExistingPath\n"
        "def reads(input_dir: ExistingPath):\n    Path('read.txt').write_text(str(len(list(input_dir.iterdir()))))\n"
    )
    with Path("super_config.yaml").open("a") as file:
        file.write(
            "pipeline_order:\n  - node: numbers\n    output_dir: first\n"
            "  - node: reads.py\n    input_dir: first/datasets\n"
        )
    assert atk().code == 0
    assert Path("read.txt").read_text() == "1"


def test_without_argument_and_order_the_way_on_is_told(atk: Atk) -> None:
    done = atk()
    assert done.code == 2
    assert "run NAME" in done.err


def script(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False, **options
    )  # type: ignore[call-overload, no-any-return]


def test_help_loads_nothing_heavy_and_teaches_by_example() -> None:
    program = (
        "import sys, runpy; sys.argv = ['run_augmentoolkit.py', '--help']\n"
        "try: runpy.run_path(sys.argv[1] if False else PATH, run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'aiohttp', 'orjson', 'tqdm', 'asyncio', 'yaml', 'numpy'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))\n"
    ).replace("PATH", repr(str(SCRIPT)))
    shown = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parent)},
    ).stdout
    assert "HEAVY []" in shown
    assert "python run_augmentoolkit.py run configs/mine.yaml --set" in shown
    assert "3 paused and resumable" in shown


def test_the_script_runs_a_function_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def mine(word, **kwargs):\n    open('made.txt', 'w').write(word + str(kwargs))\n"
    )
    done = script("run", "mine.py", "--set", "word=hi", "--set", "more=1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made.txt").read_text() == "hi{'more': 1}"


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} {SCRIPT}"
    piped = f"{command} --help | true; {command} doctor --json | true"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_an_interrupt_exits_130_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import time\ndef slow(run, wait: bool = True):\n    print('up', flush=True)\n"
        "    while wait:\n        run.progress(1, 'waiting')\n        time.sleep(0.01)\n"
    )
    environment = {**os.environ, "ATK_STATE_DIR": str(tmp_path / "state")}
    running = subprocess.Popen(
        [sys.executable, str(SCRIPT), "run", "slow.py"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "up\n"
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "run the same command again" in err
    done = script("resume", "outputs/slow", "--set", "wait=no", cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
