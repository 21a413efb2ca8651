#!/bin/bash
# Make .venv from requirements.lock, hashes checked; nothing to do when it was made from this lock.
# Usage: make_venv.sh <project folder>.  PYTHON names the Python to use; otherwise one is looked for.
set -euo pipefail
umask 022

project=$1
venv=$project/.venv
lock=$project/requirements.lock
stamp=$venv/made-from
needed_mb=4000

fail() {  # what, found, expected, next step
  printf '%s\n  Found: %s.  Expected %s.\n  %s\n' "$@" >&2
  exit 2
}

python_is_usable() {
  "$1" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
  local candidate version
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if command -v "$candidate" >/dev/null && python_is_usable "$candidate"; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  version=$("${PYTHON:-python3}" --version 2>&1 || true)
  fail "Makefile: there is no Python that citylake runs on." "${version:-none}" "Python 3.11, 3.12 or 3.13" \
    "Install one of them, or name it: make run PYTHON=/path/to/python3.12"
}

find_uv() {  # python
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/citylake/uv
  if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then
    command -v uv
  elif [ -x "$cache/bin/uv" ]; then
    echo "$cache/bin/uv"
  else
    "$1" -m pip --version >/dev/null 2>&1 || fail "Makefile: neither uv nor pip is there to install packages." \
      "$1 without pip" "uv on PATH, or a Python with pip" "Install one: on Debian, apt install python3-pip"
    mkdir -p "$cache"
    sed -n '/^uv==/,/[^\\]$/p' "$lock" >"$cache/uv.txt"
    "$1" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target "$cache" \
      --upgrade --requirement "$cache/uv.txt" >&2 || fail "Makefile: uv could not be installed." \
      "pip failed (above)" "a reachable Python package registry" "Check the network or the proxy and try again."
    echo "$cache/bin/uv"
  fi
}

command -v git >/dev/null || fail "Makefile: git is missing." "no git on PATH" "git 2 or newer" \
  "Install it: on Debian, apt install git"

wanted="$(sha256sum <"$lock" | cut -d' ' -f1) $(sha256sum <"$project/pyproject.toml" | cut -d' ' -f1)"
if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] \
  && python_is_usable "$venv/bin/python"; then
  exit 0
fi

free_mb=$(df -Pm "$project" | awk 'NR == 2 {print $4}')
[ "$free_mb" -ge "$needed_mb" ] || fail "$project: there is too little space for the Python environment." \
  "$free_mb MB free" "$needed_mb MB" "Free some space, or clone the project to another disk."

python=$(find_python)
uv=$(find_uv "$python")
export VIRTUAL_ENV=$venv UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180}
# A kill in between leaves no stamp, and the next run goes on where this one stopped.
rm -f "$stamp"
if ! python_is_usable "$venv/bin/python"; then
  rm -rf "$venv"
  "$uv" venv --quiet --python "$python" "$venv"
fi
echo "Python environment: waiting for the package registry and for compilation, two to five minutes, once." >&2
"$uv" pip sync --quiet --require-hashes --compile-bytecode "$lock" || fail \
  "Makefile: the Python environment could not be made." "uv failed (above)" \
  "a reachable Python package registry" "Check the network or the proxy and try again; what was fetched is kept."
# The build tool comes from the lock too: nothing unpinned is fetched.
"$uv" pip install --quiet --no-deps --no-build-isolation --editable "$project"
printf '%s\n' "$wanted" >"$stamp"
