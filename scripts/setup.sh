# Sourced by the commands in this folder: makes .venv and installs what a lock file pins.
# Second runs find the lock's checksum and do nothing.

set -eu
cd -- "$(dirname -- "$0")/.."
PYTHON=$PWD/.venv/bin/python
export PYTHON

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

recent_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && is_recent "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail "Glute Coach needs Python 3.11 or newer; found: $(python3 --version 2>&1 || echo none)."
}

# prepare serve|test: everything in serve.lock.txt or test.lock.txt is installed afterwards.
prepare() {
    lock=$1.lock.txt
    stamp=.venv/installed-$1
    wanted=$(cksum <"$lock")
    if [ -x "$PYTHON" ] && is_recent "$PYTHON" && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if ! [ -x "$PYTHON" ] || ! is_recent "$PYTHON"; then
        base=$(recent_python)
        echo "Making .venv with $("$base" --version) ..."
        rm -rf .venv
        "$base" -m venv .venv ||
            fail "Python could not make .venv. On Debian and Ubuntu the package python3-venv is missing."
    fi
    echo "Installing what $lock pins (once) ..."
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
        fail "The installation failed; the lines above say why. Run the same command to try again."
    printf '%s\n' "$wanted" >"$stamp"
}
