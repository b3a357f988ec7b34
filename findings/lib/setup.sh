# Sourced by the scripts in the folder above: a temporary folder that is removed at the end, pinned packages in it, and a module to run.
set -euo pipefail
lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
children=()
clean() {
  local child
  for child in "${children[@]}"; do kill "$child" 2>/dev/null && wait "$child" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 3' INT TERM HUP
ln -s "$lib" "$work/lib"

# debian_packages NAME...: installs them.
debian_packages() {
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need COMMAND PACKAGE: installs a Debian package unless its command is there.
need() { command -v "$1" >/dev/null || debian_packages "$2"; }

# npm_packages NAME@VERSION...: installs them in the temporary folder.
npm_packages() {
  (cd "$work" && echo '{"private":true}' >package.json && npm install --silent --no-audit --no-fund --no-save "$@")
}

# pip_packages NAME==VERSION...: installs them in a virtual environment there; $python is its interpreter.
pip_packages() {
  python3 -m venv "$work/venv"
  python=$work/venv/bin/python
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# run_module: runs the module on standard input with Node, five minutes at most; it finds ./lib and the installed packages.
run_module() {
  cat >"$work/main.mjs"
  timeout --foreground --kill-after=5 300 node "$work/main.mjs" "$@"
}
