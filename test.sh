#!/usr/bin/env bash
# Sets up and runs every check. ./test.sh --full runs the long tests at full count; other words go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/environment.sh
source .ci/services.sh

prepare_environment requirements.txt tests/requirements.txt
export PATH="$PWD/.venv/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1
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

# Two processes, one a core; Playwright's own event loop also keeps asynchronous tests out of its process.
echo "Running the tests …"
in_the_browser() {
  local failed=0 some=(-m cluster)
  python -m pytest tests/browser "$@" || failed=1
  # Once more on PostgreSQL and Redis, two web and two worker processes behind nginx: the marked ones, or all of them.
  [[ " $* " != *" --full "* ]] || some=()
  EASYCRM_TEST_INSTALLATION=cluster python -m pytest tests/browser "${some[@]}" "$@" || failed=1
  return "$failed"
}
browser_log=$(mktemp)
in_the_browser "$@" > "$browser_log" 2>&1 &
browser=$!
failed=0
python -m pytest tests --ignore=tests/browser "$@" || failed=1
echo "In the browser …"
wait "$browser" || failed=1
cat "$browser_log"
rm -f "$browser_log"
exit "$failed"
