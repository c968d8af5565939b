# shellcheck shell=bash
# Sourced by the other scripts: where things are, the local settings, a few words they share.
set -euo pipefail
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
export PATH="$ROOT/.venv/bin:$PATH" LC_ALL=C.UTF-8
# Where it is set, every process compiles all that it imports anew: seconds for each.
unset PYTHONDONTWRITEBYTECODE
# The local settings. With STATE_FOLDER, another pair of servers beside this one: its settings and data are there.
ENV_FILE=${STATE_FOLDER:-var}/env

say() { printf '%s\n' "$*"; }
die() { printf 'karaul: %s\n' "$*" >&2; exit 1; }

# exec_as USER COMMAND...: PostgreSQL refuses root, and Redis and nginx need no rights; a plain user stays oneself.
exec_as() {
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid "$1" --regid "$1" --clear-groups -- "${@:2}"
    else
        exec "${@:2}"
    fi
}
as() { (exec_as "$@"); }

# The servers' data: var/, or a folder under /var/tmp named after the checkout when it lies
# where their users cannot reach it (/root is 0700).
state_folder() {
    if [ -n "${STATE_FOLDER:-}" ]; then
        printf '%s' "$STATE_FOLDER"
        return
    fi
    local folder=$ROOT/var
    if [ "$(id -u)" -eq 0 ] && id postgres >/dev/null 2>&1 && ! as postgres test -x "$ROOT"; then
        folder=/var/tmp/karaul-$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)
        mkdir -p "$folder"
        if [ ! -O "$folder" ] || [ -L "$folder" ]; then die "$folder belongs to another user; remove it"; fi
    fi
    printf '%s' "$folder"
}

# load_env own: what the local settings name, they decide, so that a DATABASE_URL left in a shell is never touched; only PORT may be given.
# load_env keep: what the environment names stays, as in config/settings.py.
load_env() {
    [ -f "$ENV_FILE" ] || return 0
    local key value port=${PORT:-} url=${PUBLIC_URL:-}
    while IFS='=' read -r key value; do
        if [ "$1" = own ] || [ -z "${!key+given}" ]; then export "$key=$value"; fi
    done <"$ENV_FILE"
    # honcho gives every process a port of its own: the address that bin/demo named stays.
    if [ "$1" = keep ] && [ -n "$url" ]; then return 0; fi
    if [ -n "$port" ] && [ "$port" != "$(sed -n 's/^PORT=//p' "$ENV_FILE")" ]; then
        export PORT="$port" PUBLIC_URL="http://localhost:$port"
    fi
}

# free_port FIRST: the first port from there on which nothing listens on this machine.
free_port() {
    local port=$1
    while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
    printf '%s' "$port"
}

# Fingerprint of files, for "nothing to do".
fingerprint() { sha256sum "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }
