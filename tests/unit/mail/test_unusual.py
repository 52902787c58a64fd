"""What is said of messages that cannot be shown as they were meant."""

import pytest

from easycrm.core import wording
from easycrm.mail.message import Attachment
from easycrm.mail.unusual import notices

R = wording.reading


def files(*types: str) -> list[Attachment]:
    return [Attachment(message_id=1, provider_part_id="1", file_name="f", media_type=one) for one in types]


@pytest.mark.parametrize(
    ("html", "text", "types", "said"),
    [
        ("<p>Hello</p>", "Hello", (), ()),
        ("", "Hello", ("application/pdf",), ()),
        ("", "", (), (R.NO_TEXT,)),
        ("", " \n", ("application/pdf",), (R.NO_TEXT_BUT_FILES,)),
        ("<html><head><style>p{}</style></head><body><p>&nbsp;</p></body></html>", "", (), (R.NO_TEXT,)),
        ("<img src='cid:a'>", "", (), ()),
        ("", "-----BEGIN PGP MESSAGE-----\nx", (), (R.ENCRYPTED,)),
        ("", "", ("application/pgp-encrypted", "application/octet-stream"), (R.ENCRYPTED,)),
        ("", "", ("application/pkcs7-mime",), (R.ENCRYPTED,)),
        ("", "Hello", ("application/pgp-signature",), (R.SIGNED,)),
        ("", "-----BEGIN PGP SIGNED MESSAGE-----\nHello", (), (R.SIGNED,)),
        ("", "Hello", ("application/ms-tnef",), (R.OUTLOOK_ONLY,)),
    ],
)
def test_an_odd_message_says_why_it_is_odd(html: str, text: str, types: tuple[str, ...], said: tuple[str, ...]) -> None:
    assert notices(html, text, files(*types)) == said
