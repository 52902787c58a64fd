"""The official libraries send, answer and forward in the simulator: it arrives, once, in the right thread."""

import base64
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from typing import Any

import pytest
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload
from msgraph import GraphServiceClient
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.internet_message_header import InternetMessageHeader
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.messages.item.forward.forward_post_request_body import ForwardPostRequestBody
from msgraph.generated.users.item.messages.item.reply.reply_post_request_body import ReplyPostRequestBody
from msgraph.generated.users.item.messages.item.reply_all.reply_all_post_request_body import ReplyAllPostRequestBody
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody

from tests.contract.test_simulator_gmail import gmail, http, unknown_fields  # noqa: F401 (fixtures)
from tests.contract.test_simulator_graph import EMAIL as BARBARA
from tests.contract.test_simulator_graph import graph, transport  # noqa: F401 (fixtures)
from tests.simulator_process import Simulator

LINUS, GRACE, EDSGER = "linus@example.org", "grace@example.com", "edsger@example.net"


def letter(subject: str, **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = LINUS, f"Grace <{GRACE}>", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Hello\n")
    return made.as_bytes()


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def of_subject(simulator: Simulator, email: str, subject: str, folder: str) -> list[dict[str, Any]]:
    return [one for one in simulator.truth(email) if (one["subject"], one["folder"]) == (subject, folder)]


def raw(simulator: Simulator, email: str, ident: str) -> bytes:
    return base64.b64decode(simulator.get("raw", email=email, id=ident)["raw"])


def to(*addresses: str) -> list[Recipient]:
    return [Recipient(email_address=EmailAddress(address=one)) for one in addresses]


def test_gmail_sends_answers_and_uploads(gmail: Any, simulator: Simulator) -> None:  # noqa: F811
    messages = gmail.users().messages()
    sent = messages.send(
        userId="me", body={"raw": encoded(letter("One", Bcc=EDSGER, Message_ID="<one@example.org>"))}
    ).execute()
    assert unknown_fields(gmail, "Message", sent) == []
    assert len(of_subject(simulator, LINUS, "One", "sent")) == 1
    (received,) = of_subject(simulator, GRACE, "One", "inbox")
    assert b"Bcc" not in raw(simulator, GRACE, received["id"])
    assert len(of_subject(simulator, EDSGER, "One", "inbox")) == 1

    answer = letter("Re: One", In_Reply_To="<one@example.org>", References="<one@example.org>")
    again = messages.send(userId="me", body={"raw": encoded(answer), "threadId": sent["threadId"]}).execute()
    assert again["threadId"] == sent["threadId"]
    stray = messages.send(userId="me", body={"raw": encoded(letter("Other")), "threadId": sent["threadId"]}).execute()
    assert stray["threadId"] != sent["threadId"]

    big = MediaIoBaseUpload(BytesIO(letter("Big") + b"x" * 1_500_000), mimetype="message/rfc822")
    messages.send(userId="me", body={}, media_body=big).execute()
    assert len(of_subject(simulator, GRACE, "Big", "inbox")) == 1


def test_gmail_refuses_what_is_no_letter(gmail: Any) -> None:  # noqa: F811
    for body in ({"raw": encoded(b"Subject: nobody\r\n\r\nx")}, {"raw": "*"}, {}):
        with pytest.raises(HttpError) as refused:
            gmail.users().messages().send(userId="me", body=body).execute()
        assert refused.value.resp.status == 400


async def test_graph_sends_with_headers_and_files(graph: GraphServiceClient, simulator: Simulator) -> None:  # noqa: F811
    message = Message(
        subject="One",
        to_recipients=to(GRACE),
        bcc_recipients=to(EDSGER),
        body=ItemBody(content_type=BodyType.Html, content="<p>Hello</p>"),
        internet_message_headers=[InternetMessageHeader(name="x-easycrm-id", value="key-1")],
        attachments=[FileAttachment(
            odata_type="#microsoft.graph.fileAttachment", name="a.txt", content_type="text/plain", content_bytes=b"abc"
        )],
    )  # fmt: skip
    await graph.me.send_mail.post(SendMailPostRequestBody(message=message, save_to_sent_items=True))
    (received,) = of_subject(simulator, GRACE, "One", "inbox")
    assert b"x-easycrm-id: key-1" in raw(simulator, GRACE, received["id"])
    assert b'filename="a.txt"' in raw(simulator, GRACE, received["id"])
    assert len(of_subject(simulator, BARBARA, "One", "sent")) == len(of_subject(simulator, EDSGER, "One", "inbox")) == 1

    message.internet_message_headers = [InternetMessageHeader(name="In-Reply-To", value="<a@b>")]
    with pytest.raises(ODataError) as refused:
        await graph.me.send_mail.post(SendMailPostRequestBody(message=message))
    assert refused.value.response_status_code == 400


async def test_graph_answers_in_the_thread_and_forwards_out_of_it(
    graph: GraphServiceClient,  # noqa: F811
    simulator: Simulator,
) -> None:
    simulator.post("deliver", email=BARBARA, subject="Plans", message_id="<plans@example.com>", **{"from": GRACE})
    (plans,) = of_subject(simulator, BARBARA, "Plans", "inbox")
    answered = graph.me.messages.by_message_id(plans["id"])
    await answered.reply.post(ReplyPostRequestBody(comment="Yes"))
    await answered.reply_all.post(ReplyAllPostRequestBody(comment="All of us"))
    await answered.forward.post(ForwardPostRequestBody(comment="See below", to_recipients=to(EDSGER)))
    copies = of_subject(simulator, BARBARA, "RE: Plans", "sent")
    assert {one["thread_id"] for one in copies} == {plans["thread_id"]}
    for one in of_subject(simulator, GRACE, "RE: Plans", "inbox"):
        assert b"In-Reply-To: <plans@example.com>" in raw(simulator, GRACE, one["id"])
    assert (len(copies), len(of_subject(simulator, GRACE, "RE: Plans", "inbox"))) == (2, 2)
    (forwarded,) = of_subject(simulator, EDSGER, "FW: Plans", "inbox")
    assert b"In-Reply-To" not in raw(simulator, EDSGER, forwarded["id"])
