"""Where a person goes on: a page of EasyCRM, never another host."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.core.own_path import own_path

HOME = "/settings/email"
FOREIGN = [
    "", " ", "mailbox", "./mailbox", "../mailbox", "/../mailbox", "/mailbox/../../x", "/mailbox/..",
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "/\\/evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example",
    " //evil.example", "\x00//evil.example", "/\x00/evil.example", "//evil.example/%2f..", "/mailbox//evil.example",
    "http://evil.example", "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example",
    "https:///evil.example", "http:\\\\evil.example", "ftp://evil.example", "//evil.example@localhost",
    "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
    "/javascript:alert(1)",
    "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x", "mailto:x@example.com",
    "%2f%2fevil.example", "/%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/%5Cevil.example",
    "%68ttps://evil.example", "/%09/evil.example", "/%0d%0aLocation:%20https://evil.example", "/%252fevil.example",
    "/%00", "/%c0%afevil.example", "/\u2215evil.example", "/\uff0fevil.example", "\uff0f\uff0fevil.example",
    "/\u202eevil", "/mailbox?next=//evil.example", "/mailbox?next=https://evil.example", "/mailbox#//evil.example",
    "/mailbox;evil", "/@evil.example", "/" + "a" * 300,
]  # fmt: skip


def test_threat_09_there_are_sixty_forms() -> None:
    assert len(set(FOREIGN)) >= 60


@pytest.mark.parametrize("path", FOREIGN)
def test_threat_09_a_foreign_return_path_is_replaced(path: str) -> None:
    assert own_path(path, HOME) == HOME


@pytest.mark.parametrize(
    "path", ["/", "/mailbox", "/mailbox/", "/admin/providers", "/mailbox/7", "/contacts?page=2&q=a"]
)
def test_an_own_path_is_kept(path: str) -> None:
    assert own_path(path, HOME) == path


@given(st.text(alphabet="/\\:%.?#@a2fF5cC\t\n\r \x00-_~", max_size=30))
def test_threat_09_whatever_is_kept_stays_on_this_host(path: str) -> None:
    kept = own_path(path, HOME)
    assert urlsplit(urljoin("https://crm.example.com/settings/email", kept)).netloc == "crm.example.com"
