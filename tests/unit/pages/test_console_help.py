"""The help for the consoles lists what the product asks for: no scope too few, none too many."""

from easycrm.core.wording import consoles
from easycrm.providers import google, microsoft

SHORT = {f"https://www.googleapis.com/auth/userinfo.{name}": name for name in ("email", "profile")}


def test_the_scopes_to_paste_at_google_are_those_that_are_asked_for() -> None:
    assert [SHORT.get(scope, scope) for scope in consoles.GOOGLE_SCOPES] == list(google.SCOPES)


def test_the_permissions_to_tick_at_microsoft_are_those_that_are_asked_for() -> None:
    # msal asks for these three by itself.
    assert set(consoles.MICROSOFT_SCOPES) == {*microsoft.SCOPES, "openid", "profile", "offline_access"}
