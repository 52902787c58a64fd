"""The form of an address by which people are recognised: lower case, without +tag."""

import re
from functools import lru_cache

from easycrm.mail.exclusion_rule import ascii_domain

_AUTOMATIC = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer[-_.]?daemon|postmaster|bounces?|notifications?|auto(?:mated)?)"
    r"(?:[-_.+].*)?@"
)


@lru_cache(maxsize=4096)
def base_email(email: str) -> str:
    """`Ada+news@Example.COM` as `ada@example.com`; the domain in ASCII.

    Source: RFC 5233 calls what follows the + a detail of the same mailbox.
    """
    local, at, domain = email.strip().lower().partition("@")
    name, plus, _ = local.partition("+")
    return f"{name if plus and name else local}{at}{ascii_domain(domain)}"


def is_automatic(email: str) -> bool:
    """Whether nobody reads what is written to this address."""
    return _AUTOMATIC.match(email.lower()) is not None
