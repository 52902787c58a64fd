"""Rows as the first version of EasyCRM kept them, for the test that such a database moves up and loses nothing."""

from datetime import UTC, datetime
from typing import Any

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

FIRST: dict[str, list[dict[str, Any]]] = {
    "user": [
        {"id": 1, "email": "ada@example.com", "name": "Ada Ångström", "role": "admin", "password_hash": "$argon2id$x",
         "active": True, "created_at": MOMENT},
        {"id": 2, "email": "alan@example.com", "name": "", "role": "member", "password_hash": "$argon2id$y",
         "active": False, "created_at": MOMENT},
    ],
    "user_session": [{"id": 1, "user_id": 1, "token_hash": "a" * 64, "created_at": MOMENT, "expires_at": MOMENT}],
    "setup_link": [{"id": 1, "token_hash": "b" * 64, "expires_at": MOMENT, "used_at": None}],
    "key_canary": [{"id": 1, "sealed": "v1.test.nonce.cipher"}],
    "provider_setup": [
        {"provider": "google", "client_id": "client", "client_secret": "v1.test.a.b", "tenant": "organizations",
         "allowed_domains": "example.com", "secret_expires_on": None, "enabled": True, "updated_at": MOMENT},
    ],
    "connection": [
        {"id": ident, "user_id": 1, "provider": "google", "subject": str(ident), "address": f"{ident}@example.com",
         "name": "Ada", "status": status, "reason": "", "generation": 3, "capabilities": "READ,SEND",
         "is_default_sender": ident == 1, "visibility": "metadata", "window_days": days, "connected_at": MOMENT,
         "next_sync_at": MOMENT, "lease_owner": "", "lease_until": None, "last_success_at": MOMENT,
         "last_attempt_at": None, "last_reconciled_at": None, "failures": 0, "last_error": "",
         "import_started_at": MOMENT, "import_finished_at": None, "import_done": 2, "import_total": 5,
         "recovered_from": None, "changed_seq": 7}
        for ident, status, days in ((1, "connected", 30), (2, "not_connected", None))
    ],
    "token_set": [
        {"connection_id": 1, "generation": 3, "version": 4, "access_token": "v1.test.c.d",
         "refresh_token": "v1.test.e.f", "expires_at": MOMENT, "refreshed_at": MOMENT, "refresh_owner": "",
         "refresh_until": None},
    ],
    "mail_folder": [
        {"id": 1, "connection_id": 1, "provider_folder_id": "INBOX", "name": "Inbox", "kind": "inbox",
         "cursor": "12345", "caught_up_at": MOMENT, "restarts": 0},
    ],
    "thread": [
        {"id": 1, "connection_id": 1, "provider_thread_id": "t1", "subject": "Räksmörgås", "snippet": "…",
         "people": "Ada", "sort_key": 2 << 40, "messages": 2, "unread": 1, "has_attachments": True},
    ],
    "message": [
        {"id": ident, "connection_id": 1, "thread_id": 1, "generation": 3, "provider_message_id": f"m{ident}",
         "message_id_header": f"<{ident}@example.com>", "in_reply_to": "", "references": "", "subject": "Räksmörgås",
         "sender_email": "alan@example.net", "sender_name": "Alan", "snippet": "…", "received_at": MOMENT,
         "sort_key": ident << 40, "unread": ident == 1, "starred": False, "labels": " INBOX ",
         "has_attachments": ident == 2, "size": 1234, "unseen_since": None}
        for ident in (1, 2)
    ],
    "message_body": [{"message_id": 1, "text": b"\x00compressed", "html": b""}],
    "participant": [
        {"id": 1, "message_id": 1, "role": "from", "email": "alan+news@example.net", "name": "Alan"},
        {"id": 2, "message_id": 2, "role": "to", "email": "ada@example.com", "name": ""},
    ],
    "attachment": [
        {"id": 1, "message_id": 2, "provider_part_id": "1", "file_name": "å.pdf", "media_type": "application/pdf",
         "size": 9, "content_id": "", "inline": False},
    ],
    "notice": [
        {"id": 1, "user_id": 1, "kind": "told", "subject_key": "x", "title": "Title", "body": "", "created_at": MOMENT,
         "read_at": None, "resolved_at": None},
    ],
    "incident": [
        {"id": 1, "provider": "google", "part": "mail", "code": "x", "explanation": "", "opened_at": MOMENT,
         "last_seen_at": MOMENT, "next_probe_at": None, "resolved_at": None},
    ],
    "audit_event": [
        {"id": 1, "at": MOMENT, "actor_id": 1, "event": "rule.added", "subject": "example.org", "detail": "domain"},
    ],
}  # fmt: skip
# What a migration changes on purpose, beside what it adds.
RENAMED = {"signed in": "session.signed_in", "user created": "user.created"}
