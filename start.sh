#!/usr/bin/env bash
# One script: `./start.sh` opens the service, `./start.sh demo` shows what Augmentoolkit does, `./start.sh test` runs every check.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
usage: ./start.sh [serve|demo|test|setup]

  serve   set up, then start service and worker under one parent; Ctrl-C stops them, runs go on where they were
          (the default; starting it twice is harmless; ATK_PORT and other settings: docs/service.md)
  demo    set up, then make a dataset from the sample documents with the offline model (no key, no network)
  test    set up, then run every check and test
  setup   only set up: .venv with the core packages

Needs Python 3.11 or newer. Uses uv when it is there, otherwise pip.
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
  python=$(find_python)
  say "Setting up .venv with $requirements ..."
  if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
    uv pip install --quiet --python .venv/bin/python -r "$requirements"
  else
    if [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv; then
      say "Python's venv module is missing: on Debian and Ubuntu, apt-get install python3-venv."
      rm -rf .venv
      return 1
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
  fi
  touch "$stamp"
}

serve() {
  set_up requirements.txt
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

run_tests() {
  set_up requirements.lock
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  .venv/bin/mypy
  .venv/bin/pytest -n 2 --durations=10 "$@"
}

case "${1:-serve}" in
  serve) serve ;;
  demo) demo ;;
  test) shift && run_tests "$@" ;;
  setup) set_up requirements.txt ;;
  -h | --help | help) usage ;;
  *)
    say "start.sh: there is no command '$1'."
    usage >&2
    exit 2
    ;;
esac
