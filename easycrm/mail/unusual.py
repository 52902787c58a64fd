"""Messages that cannot be shown as they were meant: what is honestly to be said of them."""

import re
from collections.abc import Sequence

from easycrm.core import wording
from easycrm.core.markup import without_hidden, without_tags
from easycrm.mail.message import Attachment

_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_PGP_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----", re.MULTILINE)
_SEALED = ("application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_BLANK = re.compile(r"&nbsp;|&zwnj;|&#\d+;|\s|[\u200b-\u200f\ufeff\u00ad\u034f]", re.IGNORECASE)


def notices(html: str, text: str, attachments: Sequence[Attachment]) -> tuple[str, ...]:
    """Sentences to stand above a message; none for almost all of them."""
    types = {one.media_type.lower() for one in attachments}
    names = {one.file_name.lower() for one in attachments}
    found: list[str] = []
    if _is_sealed(text, types, names):
        found.append(wording.reading.ENCRYPTED)
    elif types.intersection(_SIGNATURES) or "smime.p7s" in names or _PGP_SIGNED.search(text):
        found.append(wording.reading.SIGNED)
    if "application/ms-tnef" in types or "winmail.dat" in names:
        found.append(wording.reading.OUTLOOK_ONLY)
    if not found and is_empty(html, text):
        found.append(wording.reading.NO_TEXT_BUT_FILES if attachments else wording.reading.NO_TEXT)
    return tuple(found)


def is_empty(html: str, text: str) -> bool:
    """Whether there is nothing to be seen: no letters, no image."""
    if html:
        return "<img" not in html.lower() and not _BLANK.sub("", without_tags(without_hidden(html)))
    return not text.strip()


def _is_sealed(text: str, types: set[str], names: set[str]) -> bool:
    # A signed message in one piece has the same type; it is not readable either.
    return bool(types.intersection(_SEALED)) or "smime.p7m" in names or _PGP.search(text) is not None
