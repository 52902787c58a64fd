#!/usr/bin/env bash
# Starts EasyCRM: ./run.sh demo  or  ./run.sh serve. Needs Python 3.11 or newer and the package registries, nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/environment.sh
prepare_environment requirements.txt
exec .venv/bin/python -m easycrm "${@:-demo}"
