"""The providers EasyCRM knows, by key."""

from easycrm.core.errors import NotFound
from easycrm.providers.base import MailProvider
from easycrm.providers.google import Google
from easycrm.providers.microsoft import Microsoft

PROVIDERS: dict[str, MailProvider] = {one.key: one for one in (Google(), Microsoft())}


def provider(key: str) -> MailProvider:
    """The provider of this key.

    Raises:
        NotFound: there is none.
    """
    try:
        return PROVIDERS[key]
    except KeyError:
        raise NotFound from None
