"""Signatures: clean, of one's own mailboxes only, and gone when emptied."""

from collections.abc import Awaitable, Callable

import pytest

from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import consent, draft, sender, signature
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]


async def test_a_signature_is_kept_clean_and_begins_the_next_message(ada: Someone, connected: Connect) -> None:
    mailbox = (await connected()).connection_id
    kept = signature.keep(ada.user_id, mailbox, '<p onclick="x()">Ada</p><img src=x><script>y()</script>')
    assert kept == "<p>Ada</p>"
    assert [one.signature for one in sender.choices(ada.user_id)] == ["<p>Ada</p>"]
    begun = draft.opened(ada.user_id, draft.begin(ada.user_id)).fields.html
    assert begun == '<p></p><div data-signature=""><p>Ada</p></div>'
    signature.keep(ada.user_id, mailbox, "<p></p><p>  </p>")
    assert draft.opened(ada.user_id, draft.begin(ada.user_id)).fields.html == ""


async def test_a_signature_without_end_is_refused(ada: Someone, connected: Connect) -> None:
    mailbox = (await connected()).connection_id
    with pytest.raises(InvalidInput):
        signature.keep(ada.user_id, mailbox, "x" * 20_001)


async def test_threat_23_a_strangers_mailbox_has_no_signature_of_mine(mallory: Someone, connected: Connect) -> None:
    mailbox = (await connected()).connection_id
    with pytest.raises(NotFound):
        signature.keep(mallory.user_id, mailbox, "<p>Mallory</p>")
    assert sender.choices(mallory.user_id) == []
