"""Sentences of the mailbox: its views, its filters, and what is done with conversations."""

OWN_MARKS = (
    "Read, star and archive are EasyCRM's own: your mailbox at the provider stays as it is. "
    "When something changes there, the change is shown here"
)


def too_many(most: int) -> str:
    """Told to whoever marks more at once than a page can show."""
    return f"Mark at most {most} conversations at a time"
