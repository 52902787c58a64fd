"""File names of downloads, whatever a sender wrote."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from easycrm.endpoints.disposition import LONGEST, attachment, safe_name

HEADER = re.compile(r"attachment; filename=\"([\w .()+@=,-]+)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]+)")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Angebot – März.pdf", "Angebot – März.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\fakepath\\a.exe", "C_fakepath_a.exe"),
        ("a\r\nSet-Cookie: x=1", "a_Set-Cookie_ x=1"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ('"><script>alert(1)</script>.html', "_script_alert(1)_script_.html"),
        ("CON.txt", "_.txt"),
        (" .", "attachment"),
        ("", "attachment"),
        ("x" * 300 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
    ],
)
def test_threat_26_a_file_name_becomes_a_harmless_one(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    found = HEADER.fullmatch(attachment(name))
    assert found
    assert unquote(found[2]) == safe


@given(some.text(max_size=400))
def test_threat_26_no_name_breaks_out_of_the_header(name: str) -> None:
    value = attachment(name)
    assert HEADER.fullmatch(value)
    assert value.isascii()
