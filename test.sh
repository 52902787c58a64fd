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

in_the_browser() { python -m pytest tests/browser "$@"; }
between_parts() { python -m pytest tests --ignore=tests/unit --ignore=tests/browser "$@"; }
# Once more on PostgreSQL and Redis, two web and two worker processes behind nginx: the marked ones, or all of them.
on_several_processes() {
  local some=(-m cluster)
  [[ " $* " != *" --full "* ]] || some=()
  EASYCRM_TEST_INSTALLATION=cluster python -m pytest tests/browser "${some[@]}" "$@"
}

# Three at a time for two cores, since each waits now and then; Playwright's own event loop also keeps asynchronous tests
# out of its process.
echo "Running the tests …"
logs=$(mktemp -d)
{
  failed=0
  between_parts "$@" > "$logs/parts" 2>&1 || failed=1
  on_several_processes "$@" > "$logs/several" 2>&1 || failed=1
  exit "$failed"
} &
parts=$!
in_the_browser "$@" > "$logs/browser" 2>&1 &
browser=$!
failed=0
python -m pytest tests/unit "$@" || failed=1
echo "Between the parts, against faults, and on several processes …"
wait "$parts" || failed=1
cat "$logs/parts" "$logs/several"
echo "In the browser …"
wait "$browser" || failed=1
cat "$logs/browser"
rm -rf "$logs"
exit "$failed"
