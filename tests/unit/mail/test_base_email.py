"""People are recognised by their address, however it is written."""

import pytest

from easycrm.mail.base_email import base_email, is_automatic


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("ada+news@example.com", "ada@example.com"),
        ("ada+a+b@example.com", "ada@example.com"),
        ("+ada@example.com", "+ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@example.com+x", "ada@example.com+x"),
        ("ada", "ada"),
        ("", ""),
    ],
)
def test_case_tag_and_script_make_no_difference(written: str, base: str) -> None:
    assert base_email(written) == base


@pytest.mark.parametrize(
    "email",
    ["no-reply@example.com", "noreply+1@example.com", "do_not_reply@x.example", "MAILER-DAEMON@example.com",
     "notifications-7@example.com", "bounce@example.com"],
)  # fmt: skip
def test_addresses_of_machines_are_known(email: str) -> None:
    assert is_automatic(email)


@pytest.mark.parametrize("email", ["norah@example.com", "postman@example.com", "autumn@example.com"])
def test_people_are_no_machines(email: str) -> None:
    assert not is_automatic(email)
