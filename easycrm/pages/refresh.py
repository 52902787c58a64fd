"""What a tab shows anew when something has changed for its user."""

from easycrm.pages.email_state import EmailState
from easycrm.pages.email_state import fill as fill_email
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.mailbox_state import fill as fill_mailbox
from easycrm.pages.outbox_state import OutboxState
from easycrm.pages.outbox_state import fill as fill_outbox
from easycrm.pages.own_rules import OwnRulesState
from easycrm.pages.own_rules import fill as fill_rules
from easycrm.pages.shell import ShellState, fill_shell
from easycrm.pages.thread_state import ThreadState, open_thread


async def refresh(shell: ShellState, user_id: int) -> None:
    """Refresh the frame, and the page in it."""
    await fill_shell(shell, user_id)
    page = shell.router.url.path.rstrip("/")
    if page == "/settings/email":
        for news in fill_email(await shell.get_state(EmailState), user_id):
            await tell(shell, news)
        fill_rules(await shell.get_state(OwnRulesState), user_id)
    elif page == "/mailbox":
        fill_mailbox(await shell.get_state(MailboxState), user_id)
        thread = await shell.get_state(ThreadState)
        open_thread(thread, user_id, thread.open_id)
    elif page == "/outbox":
        fill_outbox(await shell.get_state(OutboxState), user_id)
