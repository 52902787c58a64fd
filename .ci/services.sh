# Sourced by test.sh: a browser, PostgreSQL on a free port in a temporary folder, and what a test starts by itself.

as_root() { [ "$(id -u)" = 0 ]; }

install_package() {
  as_root || return 1
  echo "Installing Debian's $* …"
  [ -n "$(find /var/lib/apt/lists -name '*_Packages*' -mmin -1440 -print -quit 2>/dev/null)" ] || apt-get update -qq
  # Without a runlevel Debian's packages start nothing by themselves.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

find_browser() {
  local candidate
  for candidate in "${EASYCRM_TEST_BROWSER:-}" chromium chromium-browser google-chrome /usr/bin/chromium; do
    if [ -n "$candidate" ] && command -v "$candidate" > /dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  python -c 'import pathlib, playwright.sync_api as p
with p.sync_playwright() as play:
    path = pathlib.Path(play.chromium.executable_path)
    print(path) if path.exists() else exit(1)' 2> /dev/null
}

# The browser that is there, else Playwright's, else Debian's.
prepare_browser() {
  local found
  found=$(find_browser) || { timeout 300 python -m playwright install chromium > /dev/null 2>&1 && found=$(find_browser); } ||
    { install_package chromium && found=$(find_browser); } ||
    { echo "No browser: install chromium, or set EASYCRM_TEST_BROWSER" >&2; exit 2; }
  export EASYCRM_TEST_BROWSER="$found"
}

postgresql_programs() { ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1; }

prepare_postgresql() {
  POSTGRESQL_DATA=""
  if [ -n "${EASYCRM_TEST_DATABASE_URL:-}" ]; then return 0; fi
  if ! as_root; then
    echo "Skipping PostgreSQL: it is installed and started only as root, or set EASYCRM_TEST_DATABASE_URL"
    return 0
  fi
  [ -x "$(postgresql_programs)/initdb" ] || install_package postgresql
  local programs port
  programs=$(postgresql_programs)
  port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  POSTGRESQL_DATA=$(mktemp -d /tmp/easycrm-postgresql.XXXXXX)
  chown postgres "$POSTGRESQL_DATA"
  echo "Starting PostgreSQL …"
  as_postgres "$programs/initdb" -D "$POSTGRESQL_DATA/data" -A trust -E UTF8 --no-sync > /dev/null
  as_postgres "$programs/pg_ctl" -D "$POSTGRESQL_DATA/data" -w -l "$POSTGRESQL_DATA/log" \
    -o "-p $port -k $POSTGRESQL_DATA -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200" start > /dev/null
  export EASYCRM_TEST_DATABASE_URL="postgresql+psycopg://postgres@127.0.0.1:$port/postgres"
}

# Tests of an installation on several processes start PostgreSQL, Redis and nginx of their own (tests/services.py).
prepare_programs() {
  local missing=()
  command -v redis-server > /dev/null || missing+=(redis-server)
  command -v nginx > /dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
  [ ${#missing[@]} = 0 ] || install_package "${missing[@]}" ||
    echo "Skipping the tests of several processes: ${missing[*]} is installed only as root"
}

as_postgres() { (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); }

stop_services() {
  [ -n "${POSTGRESQL_DATA:-}" ] || return 0
  as_postgres "$(postgresql_programs)/pg_ctl" -D "$POSTGRESQL_DATA/data" -m immediate stop > /dev/null 2>&1 || true
  rm -rf "$POSTGRESQL_DATA"
}
