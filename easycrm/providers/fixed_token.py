"""A token source of one token, for the moment before a connection exists."""

from easycrm.providers.errors import ProviderUnavailable


class FixedToken:
    """Hands out the token it was made with, and has no other."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    async def token(self) -> str:
        """The token."""
        return self._access_token

    async def renew(self, stale: str) -> str:
        """There is no newer one: a provider that refuses a token it has just issued is out of order."""
        raise ProviderUnavailable(code="fresh_token_refused", detail=f"a token of {len(stale)} characters")
