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
trap stop_services EXIT

echo "Checking form, types and imports …"
ruff check .
ruff format --check .
basedpyright
lint-imports
deptry .

# Two processes, one a core; Playwright's own event loop also keeps asynchronous tests out of its process.
echo "Running the tests …"
browser_log=$(mktemp)
python -m pytest tests/browser "$@" > "$browser_log" 2>&1 &
browser=$!
failed=0
python -m pytest tests --ignore=tests/browser "$@" || failed=1
echo "In the browser …"
wait "$browser" || failed=1
cat "$browser_log"
rm -f "$browser_log"
exit "$failed"
