"""Sentences of `doctor`, for whoever runs EasyCRM: what is wrong, and what to do about it."""

FIX_SETTING = "Correct this variable in the environment, and run doctor again"
FIX_KEYS = "Give EASYCRM_KEYS or EASYCRM_KEY_FILE the keys this database was written with; they are not in its backup"
KEYS_FIT = "The keys are valid and fit the database"
KEYS_VALID = "The keys are valid; an empty database has nothing to compare them with"
FIX_DATABASE = "Check EASYCRM_DATABASE_URL, that the server runs, and that this machine may connect"
FIX_DATABASE_FILE = "Check that this user may read and write in EASYCRM_DATA_DIR"
FIX_MIGRATE = "Run: python -m easycrm migrate"
NEVER_SET_UP = "The database is empty"
MIGRATED = "The database has the form that this version expects"
NEWER_DATABASE = "A newer EasyCRM has changed the database"
FIX_NEWER = "Start that version, or restore a backup from before it"
FIX_QUEUE = "Check EASYCRM_REDIS_URL and that Redis runs; without it the queue is a file in EASYCRM_DATA_DIR"
HALF_DISTRIBUTED = "EASYCRM_REDIS_URL is set, but the database is a SQLite file on this machine"
FIX_HALF = "One machine needs neither; several need EASYCRM_DATABASE_URL too"
NO_WORKER = "No worker was heard of in the last 45 seconds: nothing is synced or sent"
FIX_WORKER = "Start one: python -m easycrm worker (serve and demo start one by themselves), and look at its log"
FIX_WEB = "Start it: python -m easycrm web (or serve), and look at its log"
PAGES_BUILT = "The pages are built from this version"
PAGES_OLD = "The pages were not built, or from another version"
FIX_PAGES = "Run: python -m easycrm prepare"
PLAIN_HTTP = "EASYCRM_PUBLIC_URL is http: passwords and mail cross the network in clear"
FIX_PLAIN_HTTP = "Put a proxy with TLS in front (docs/deployment) and set EASYCRM_PUBLIC_URL to https://…"
NO_TRUSTED_PROXY = "EASYCRM_TRUSTED_PROXIES is empty: everybody behind the proxy shares one limit for failed sign-ins"
FIX_TRUSTED_PROXY = "Set it to the address from which your proxy connects, such as 127.0.0.1"
FIX_PUBLIC_URL = "Check DNS, the proxy and its certificate; people reach EasyCRM by this address alone"
WEBSOCKET = "Pages can open their websocket through the proxy"
NO_WEBSOCKET = "The proxy does not pass the websocket on: pages stay empty"
FIX_WEBSOCKET = "Pass Upgrade, Connection and Host on, as docs/deployment/nginx.conf does"
FIX_CLOCK = "Let this machine set its clock by NTP; tokens and sign-ins depend on it"
FIX_DISK = "Make room, or move EASYCRM_DATA_DIR"
FIX_PROVIDER_HOST = "Allow https to it; behind a proxy set HTTPS_PROXY, behind one with its own authority SSL_CERT_FILE"
NO_PROVIDER = "No provider is configured and enabled: nobody can connect a mailbox"
FIX_PROVIDER = "Sign in as admin and follow Admin, Providers"
NO_ADMIN = "Nobody can sign in as admin"
FIX_ADMIN = "Run: python -m easycrm create-admin --email you@example.com"
KEY_FILE_OPEN = "The key file can be read by others on this machine"
FIX_KEY_FILE = "Run: chmod 600 on it"


def database_away(kind: str) -> str:
    """The database does not answer."""
    return f"The database does not answer ({kind})"


def fix_database(*, is_file: bool) -> str:
    """What to look at when the database cannot be used."""
    return FIX_DATABASE_FILE if is_file else FIX_DATABASE


def database_unusable(reason: str) -> str:
    """A command needs the database and cannot have it, with the database's own reason."""
    return f"The database cannot be used: {reason}"


def old_database(version: str) -> str:
    """The database program is older than what is supported."""
    return f"PostgreSQL {version} is older than 15"


def behind(there: str, wanted: str) -> str:
    """The database has an older form."""
    return f"The database has revision {there}, this version expects {wanted}"


def workers_alive(count: int) -> str:
    """How many workers are running."""
    return "1 worker is running" if count == 1 else f"{count} workers are running"


def answers(address: str) -> str:
    """An address answers."""
    return f"{address} answers"


def does_not_answer(address: str, kind: str) -> str:
    """An address does not answer, with the kind of failure."""
    return f"{address} does not answer ({kind})"


def not_ours(address: str) -> str:
    """Something else answers there."""
    return f"Something else than EasyCRM answers at {address}"


def clock_off(seconds: float, other: str) -> str:
    """The clocks of two machines differ."""
    return f"This machine's clock differs from that of {other} by {seconds:.0f} seconds"


def room_left(gigabytes: float) -> str:
    """Room on the disk of the data directory."""
    return f"{gigabytes:.1f} GB are free for EASYCRM_DATA_DIR"
