"""The receipt of a disconnect: what has happened to the permission, told as it is."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.providers.base import RevocationOutcome

Revocation = RevocationOutcome | Literal["asked", "left in place", "nothing to revoke"]


@dataclass(frozen=True)
class Receipt:
    """What a disconnect did. `access_ends_at` is when an access token that was handed out earlier expires by itself."""

    connection_id: int
    address: str
    provider_name: str
    revocation: Revocation
    access_ends_at: datetime | None
    consent_page: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The receipt in sentences."""
        return (wording.connecting.STOPPED, self._about_permission(), *self._about_access())

    @property
    def link(self) -> str:
        """Where the person can see and remove the permission; empty when it is gone."""
        return "" if self._gone else self.consent_page

    @property
    def link_words(self) -> str:
        """The words of the link."""
        return wording.connecting.permission_page(self.provider_name)

    @property
    def _gone(self) -> bool:
        return self.revocation in ("revoked", "already revoked")

    def _about_permission(self) -> str:
        match self.revocation:
            case "revoked" | "already revoked":
                return wording.connecting.revocation_done(self.provider_name)
            case "not offered":
                return wording.connecting.revocation_not_offered(self.provider_name)
            case "asked":
                return wording.connecting.revocation_asked(self.provider_name)
            case "left in place":
                return wording.connecting.LEFT_IN_PLACE
            case "nothing to revoke":
                return wording.connecting.NOTHING_TO_REVOKE

    def _about_access(self) -> tuple[str, ...]:
        if self._gone or self.access_ends_at is None or self.access_ends_at <= now():
            return ()
        return (wording.connecting.access_lives_on(math.ceil((self.access_ends_at - now()).total_seconds() / 60)),)
