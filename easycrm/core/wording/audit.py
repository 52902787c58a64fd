"""What the audit log says of each kind of event."""

from easycrm.core.wording.connecting import incident_explanation
from easycrm.core.wording.contacts import VISIBILITIES

EVENTS = {
    "session.signed_in": "Signed in",
    "session.signed_out": "Signed out",
    "session.sign_in_failed": "Sign-in failed",
    "session.revoked": "Session ended from elsewhere",
    "user.created": "Account created",
    "user.role_changed": "Role changed",
    "user.deactivated": "Account deactivated",
    "user.reactivated": "Account reactivated",
    "user.erasure_asked": "Deletion of all data asked for",
    "user.erased": "All data deleted",
    "invitation.created": "Invited",
    "invitation.withdrawn": "Invitation withdrawn",
    "password.changed": "Password changed",
    "password.reset": "Password reset by link",
    "password.reset_link": "Link to reset a password made",
    "connection.connected": "Mailbox connected",
    "connection.reconnected": "Mailbox reconnected",
    "connection.disconnected": "Mailbox disconnected",
    "connection.reconnect_asked": "Owner asked to reconnect",
    "connection.requires_reauthentication": "Mailbox requires re-authentication",
    "connection.default_sender": "Default sender chosen",
    "consent.refused": "Connecting refused",
    "revocation.done": "Permission withdrawn at the provider",
    "revocation.spared": "Permission left in place",
    "revocation.abandoned": "Permission could not be withdrawn",
    "folders.chosen": "Folders chosen",
    "visibility.changed": "Visibility of emails changed",
    "contact_creation.changed": "Creation of contacts changed",
    "contacts.added": "Imported contacts added for the team",
    "contacts.merged": "Contacts merged",
    "contact.created": "Contact created",
    "contact.edited": "Contact changed",
    "contact.archived": "Contact archived",
    "contact.restored": "Contact restored",
    "company.created": "Company created",
    "company.edited": "Company changed",
    "company.archived": "Company archived",
    "company.restored": "Company restored",
    "emails.deletion_begun": "Deletion of synced emails begun",
    "emails.deleted": "Synced emails deleted",
    "emails.exported": "Emails of a mailbox downloaded",
    "data.exported": "A person's data downloaded",
    "data.copied": "Backup made",
    "data.restored": "Restored from a backup",
    "audit.exported": "Audit log downloaded",
    "provider.changed": "Provider setup changed",
    "provider.tested": "Provider setup tested",
    "incident.opened": "Provider problem began",
    "incident.resolved": "Provider problem ended",
    "storage.failed": "Database could not be written",
    "storage.recovered": "Database can be written again",
    "rule.added": "Rule added",
    "rule.removed": "Rule removed",
    "internal_mail.changed": "Rules for internal mail changed",
    "keys.rotation_begun": "Key rotation begun",
    "keys.rotated": "Key rotation finished",
}

KINDS = {
    "sessions": "Sign-in and sessions",
    "people": "People and passwords",
    "mailboxes": "Mailboxes",
    "contacts": "Contacts and companies",
    "providers": "Providers",
    "rules": "Rules",
    "keys": "Keys",
    "data": "Exports and deletions",
}

_ROLES = {"admin": "administrator"}
_FAULTS = {"full": "disk is full", "locked": "database is locked", "silent": "database does not answer"}
# What events of a kind keep as a short word, as people would say it.
_DETAILS: dict[str, dict[str, str]] = {
    "user.created": _ROLES,
    "user.role_changed": _ROLES,
    "invitation.created": _ROLES,
    "storage.failed": _FAULTS,
    "storage.recovered": _FAULTS,
    "provider.changed": {
        "client_id": "client ID",
        "client_secret": "client secret",
        "allowed_domains": "allowed domains",
        "secret_expires_on": "day the secret expires",
        "enabled": "on or off",
    },
    "consent.refused": {
        "denied": "permission was refused",
        "expired": "took longer than ten minutes",
        "unknown": "was not begun here",
        "repeated": "was used already",
        "malformed": "answer could not be read",
        "issuer": "another provider answered",
        "provider_error": "provider ended it with an error",
        "provider_problem": "provider does not accept EasyCRM",
        "permission": "a permission was left out",
        "no_refresh_token": "provider gave no lasting permission",
        "identity": "mailbox is not of the account that signed in",
        "no_mailbox": "account has no mailbox",
        "unproven": "identity was not proven",
        "domain": "domain is not allowed",
        "wrong_mailbox": "another mailbox was chosen",
        "unavailable": "provider did not answer",
        "broken": "fault in EasyCRM",
    },
}


def event(name: str) -> str:
    """What happened, in words; an unknown name stands as it is."""
    return EVENTS.get(name, name)


def detail(name: str, text: str) -> str:
    """What else an event tells, in words; what is in words already stands as it is."""
    if name == "incident.opened":
        return incident_explanation(text)
    if name == "visibility.changed":
        levels = (VISIBILITIES.get(level, (level,))[0] for level in text.split(" to "))
        return " \u2192 ".join(levels)
    words = _DETAILS.get(name, {})
    return ", ".join(words.get(part, part) for part in text.split(", "))
