"""The Content-Disposition of a download, whatever its sender called the file."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 180
# Characters that mean something to a shell, a path or a file system; and those that turn the reading direction round.
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+')
_RESERVED = re.compile(r"(?i)^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")


def attachment(file_name: str) -> str:
    """A header value that always downloads. Source: RFC 6266, RFC 8187."""
    name = safe_name(file_name)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()+@=,-]", "_", plain) if plain.strip(" .") else ""
    return f"attachment; filename=\"{plain or 'attachment'}\"; filename*=UTF-8''{quote(name, safe='')}"


def safe_name(file_name: str) -> str:
    """A name that every system takes for a file in the folder of downloads; its ending stays."""
    name = _UNFIT.sub("_", unicodedata.normalize("NFC", file_name)).strip(" .")
    name = _RESERVED.sub("_", name) or "attachment"
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else name[:LONGEST]
    return name
