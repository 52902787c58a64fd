"""What a tab shows anew when something has changed for its user."""

from easycrm.pages.email_state import EmailState
from easycrm.pages.email_state import fill as fill_email
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_state import MailboxState, open_thread
from easycrm.pages.mailbox_state import fill as fill_mailbox
from easycrm.pages.shell import ShellState, fill_shell


async def refresh(shell: ShellState, user_id: int) -> None:
    """Refresh the frame, and the page in it."""
    await fill_shell(shell, user_id)
    page = shell.router.url.path.rstrip("/")
    if page == "/settings/email":
        for news in fill_email(await shell.get_state(EmailState), user_id):
            await tell(shell, news)
    elif page == "/mailbox":
        mailbox = await shell.get_state(MailboxState)
        fill_mailbox(mailbox, user_id)
        open_thread(mailbox, user_id, mailbox.open_id)
