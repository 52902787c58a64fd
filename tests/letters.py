"""Letters for tests: MIME as senders make it, with files and pictures."""

import base64
import struct
import zlib
from email.message import EmailMessage


def png(width: int = 2, height: int = 2) -> bytes:
    """A picture that browsers draw."""
    rows = b"".join(b"\0" + b"\x33\x66\xcc" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def letter(
    *,
    subject: str = "Figures",
    sender: str = "Grace Hopper <grace@example.org>",
    to: str = "Ada <ada@example.com>",
    text: str = "Here they are",
    html: str = "",
    pictures: dict[str, bytes] | None = None,
    files: tuple[tuple[str, str, bytes], ...] = (),
) -> str:
    """A letter as the simulator's `deliver` takes it; `files` are (name, media type, bytes)."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
        for ident, data in (pictures or {}).items():
            made.get_payload()[1].add_related(data, "image", "png", cid=f"<{ident}>")  # pyright: ignore
    for name, media_type, data in files:
        main, sub = media_type.split("/")
        made.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return base64.urlsafe_b64encode(made.as_bytes()).decode()
