"""Sentences about how the installation is."""

ADMINS_TURN = "Administrator"
NOBODYS_TURN = "Nobody: EasyCRM tries again by itself"
ASKED_BY_ADMIN = "Your administrator asks you to connect this mailbox again"
ALL_WELL = "Every mailbox is in sync"
QUEUE_AWAY = "The queue does not answer at the moment"
NONE_FAILED = "No run has failed"
NONE_CONNECTED = "Nobody has connected a mailbox yet"
NO_WORKER = "No worker is running. No mail comes and none is sent until one is started"


def asked(count: int) -> str:
    """Told when an admin has asked owners to reconnect."""
    return (
        "The owner is asked to reconnect" if count == 1 else f"The owners of {count:,} mailboxes are asked to reconnect"
    )


def queue_depth(waiting: int, delayed: int) -> str:
    """How much stands in the queue."""
    return f"In the queue: {waiting:,} waiting, {delayed:,} for later"
