"""The providers EasyCRM knows, by key."""

from easycrm.core.errors import NotFound
from easycrm.providers.base import MailProvider

PROVIDERS: dict[str, MailProvider] = {}


def provider(key: str) -> MailProvider:
    """The provider of this key.

    Raises:
        NotFound: there is none.
    """
    try:
        return PROVIDERS[key]
    except KeyError:
        raise NotFound from None
