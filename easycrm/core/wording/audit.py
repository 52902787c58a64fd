"""What the audit log says of each kind of event."""

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
    "emails.deletion_begun": "Deletion of synced emails begun",
    "emails.deleted": "Synced emails deleted",
    "emails.exported": "Emails of a mailbox downloaded",
    "data.exported": "A person's data downloaded",
    "data.restored": "Restored from a backup",
    "audit.exported": "Audit log downloaded",
    "provider.changed": "Provider setup changed",
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
    "providers": "Providers",
    "rules": "Rules",
    "keys": "Keys",
    "data": "Exports and deletions",
}


def event(name: str) -> str:
    """What happened, in words; an unknown name stands as it is."""
    return EVENTS.get(name, name)
