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
  local file wanted files=()
  for file in "$@"; do
    [ "$(cat "$(stamp_of "$file")" 2> /dev/null)" = "$(sha256sum < "$file")" ] || files+=(-r "$file")
  done
  if [ ${#files[@]} = 0 ] && [ -x .venv/bin/python ]; then return; fi
  make_environment
  echo "Installing packages …" >&2
  files=()
  for file in "$@"; do files+=(-r "$file"); done
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "${files[@]}" >&2
  for file in "$@"; do
    wanted=$(sha256sum < "$file")
    echo "$wanted" > "$(stamp_of "$file")"
  done
}

# What a requirement file said when it was last installed.
stamp_of() { echo ".venv/installed.${1//\//.}.sha256"; }

# An environment without pip is one whose making was cut short.
make_environment() {
  local python
  if .venv/bin/python -c 'import pip' 2> /dev/null; then return; fi
  python=$(find_python)
  echo "Making the environment …" >&2
  "$python" -m venv --clear .venv
}
