# Sourced by the commands in this folder: makes .venv and installs what a lock file pins.
# Second runs find the lock's checksum and do nothing.

set -eu
cd -- "$(dirname -- "$0")/.."
PYTHON=$PWD/.venv/bin/python
export PYTHON
# Some set this for tidiness: each command, and each process of a test, would compile all anew.
unset PYTHONDONTWRITEBYTECODE

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# What the command was given is seen here, outside of functions, alone.
asks_help=
case " ${*-} " in
*" -h "* | *" --help "*) asks_help=yes ;;
esac

# The command's first lines, which say what it does and takes; also where all else is kept apart.
exec 3>&1
tell_help() {
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "scripts/$(basename -- "$0")" >&3
    exit 0
}

# takes_nothing "$@": for a command without options.
takes_nothing() {
    [ -z "$asks_help" ] || tell_help
    [ $# -eq 0 ] && return
    printf '%s\n' "$(basename -- "$0") takes no arguments, not '$*'." >&2
    exit 2
}

# takes_first NAMES "$@": for a command whose first argument is one of these, as in "a|b|c".
takes_first() {
    names=$1
    shift
    [ -z "$asks_help" ] || return 0
    case "|$names|" in
    *"|${1:-none}|"*) return ;;
    esac
    given=${1:+, not \'$1\'}
    printf '%s\n' "$(basename -- "$0") takes first one of $names$given." >&2
    exit 2
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

# Whether .venv is whole: an interrupted set-up leaves a Python without pip.
is_whole() {
    [ -x "$PYTHON" ] && is_recent "$PYTHON" && "$PYTHON" -m pip --version >/dev/null 2>&1
}

# One set-up at a time: the others wait for it, and find everything done.
begin_alone() {
    waited=
    until mkdir .setup-lock 2>/dev/null; do
        [ -w . ] || fail "Cannot write to $PWD, where .venv has to be made."
        holder=$(cat .setup-lock/pid 2>/dev/null || true)
        if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
            rm -rf .setup-lock
            continue
        fi
        [ -n "$waited" ] || echo "Waiting for another command that is setting up ..."
        waited=yes
        sleep 1
    done
    trap 'rm -rf .setup-lock' EXIT
    trap 'exit 130' INT TERM
    echo $$ >.setup-lock/pid
}

end_alone() {
    rm -rf .setup-lock
    trap - EXIT INT TERM
}

# prepare serve|test: everything in serve.lock.txt or test.lock.txt is installed afterwards. Who
# asks for help waits for no installation: with none yet, the command's first lines have to do.
prepare() {
    lock=$1.lock.txt
    stamp=.venv/installed-$1
    wanted=$(cksum <"$lock")
    is_installed && return
    [ -z "$asks_help" ] || tell_help
    begin_alone
    if is_installed; then
        end_alone
        return
    fi
    if ! is_whole; then
        base=$(recent_python)
        echo "Making .venv with $("$base" --version) ..."
        rm -rf .venv
        "$base" -m venv .venv ||
            fail "Python could not make .venv; the lines above say why." \
                "On Debian and Ubuntu that is most often the package python3-venv."
    fi
    echo "Installing what $lock pins (once) ..."
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
        fail "The installation failed; the lines above say why. Run the same command to try again."
    printf '%s\n' "$wanted" >"$stamp"
    end_alone
}

is_installed() {
    [ -x "$PYTHON" ] && is_recent "$PYTHON" && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]
}

# render_for coach|talk: the audio that is set is rendered afterwards, or it is said why not.
render_for() {
    "$PYTHON" -m skill.settings "$1"
    code=0
    "$PYTHON" scripts/render_audio.py --locale "${GLUTE_COACH_LOCALE:-en-US}" \
        --output "${GLUTE_COACH_AUDIO:-audio/rendered}" || code=$?
    case $code in
    0) ;;
    130) exit 130 ;; # interrupted
    *) fail "The $1 cannot start: its audio cannot be rendered into" \
        "${GLUTE_COACH_AUDIO:-audio/rendered} (GLUTE_COACH_AUDIO); the lines above say why." ;;
    esac
}
