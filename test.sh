#!/usr/bin/env bash
# Sets up and runs every check. ./test.sh --full runs the long tests at full count; other words go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/environment.sh
source .ci/services.sh

prepare_environment requirements.txt tests/requirements.txt
export PATH="$PWD/.venv/bin:$PATH"
unset PYTHONDONTWRITEBYTECODE # tests start this project's processes hundreds of times
prepare_browser
prepare_postgresql
prepare_programs
trap stop_services EXIT

echo "Checking form, types and imports …"
ruff check .
ruff format --check .
basedpyright
lint-imports
deptry .

# Where a name was asked for, not every part has such a test; none has is a failure.
run() {
  local code=0
  python -m pytest "$@" || code=$?
  [ "$code" != 5 ] || return 0
  touch "$logs/ran"
  return "$code"
}
logs=$(mktemp -d)
accessibility=tests/browser/test_accessibility.py
in_the_browser() { run tests/browser --ignore="$accessibility" "$@"; }
between_parts() { run tests --ignore=tests/unit --ignore=tests/browser "$@"; }
# Once more on PostgreSQL and Redis, two web and two worker processes behind nginx: the marked ones, or all of them.
on_several_processes() {
  local some=(-m cluster)
  [[ " $* " != *" --full "* ]] || some=()
  EASYCRM_TEST_INSTALLATION=cluster run tests/browser --ignore="$accessibility" "${some[@]}" "$@"
}

# Three at a time for two cores, since each waits now and then; Playwright's own event loop also keeps asynchronous tests
# out of its process.
echo "Running the tests …"
{
  failed=0
  between_parts "$@" > "$logs/parts" 2>&1 || failed=1
  on_several_processes "$@" > "$logs/several" 2>&1 || failed=1
  run "$accessibility" "$@" > "$logs/accessibility" 2>&1 || failed=1
  exit "$failed"
} &
parts=$!
in_the_browser "$@" > "$logs/browser" 2>&1 &
browser=$!
failed=0
run tests/unit "$@" || failed=1
echo "Between the parts, against faults, on several processes, and with axe …"
wait "$parts" || failed=1
cat "$logs/parts" "$logs/several" "$logs/accessibility"
echo "In the browser …"
wait "$browser" || failed=1
cat "$logs/browser"
[ -e "$logs/ran" ] || { echo "No test has that name" >&2; failed=1; }
rm -rf "$logs"
exit "$failed"
