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

# Three processes for two cores, since each waits now and then; Playwright's own event loop also keeps asynchronous tests
# out of its process.
in_the_browser() {
  local failed=0 some=(-m cluster)
  python -m pytest tests/browser "$@" || failed=1
  # Once more on PostgreSQL and Redis, two web and two worker processes behind nginx: the marked ones, or all of them.
  [[ " $* " != *" --full "* ]] || some=()
  EASYCRM_TEST_INSTALLATION=cluster python -m pytest tests/browser "${some[@]}" "$@" || failed=1
  return "$failed"
}
between_parts() { python -m pytest tests --ignore=tests/unit --ignore=tests/browser "$@"; }

echo "Running the tests …"
logs=$(mktemp -d)
between_parts "$@" > "$logs/parts" 2>&1 &
parts=$!
in_the_browser "$@" > "$logs/browser" 2>&1 &
browser=$!
failed=0
python -m pytest tests/unit "$@" || failed=1
echo "Between the parts, and against faults …"
wait "$parts" || failed=1
cat "$logs/parts"
echo "In the browser …"
wait "$browser" || failed=1
cat "$logs/browser"
rm -rf "$logs"
exit "$failed"
