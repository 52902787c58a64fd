# Sourced by run.sh and test.sh: a virtual environment that holds what the given requirement files name.

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "EasyCRM needs Python 3.11 or newer; none was found in PATH" >&2
  exit 2
}

prepare_environment() {
  local wanted installed=.venv/requirements.sha256
  wanted=$(cat "$@" | sha256sum)
  if [ ! -x .venv/bin/python ]; then
    echo "Making the environment …"
    "$(find_python)" -m venv .venv
  fi
  if [ ! -f "$installed" ] || ! grep -qxF "$wanted" "$installed"; then
    echo "Installing packages …"
    local files=() file
    for file in "$@"; do files+=(-r "$file"); done
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "${files[@]}"
    echo "$wanted" >> "$installed"
  fi
}
