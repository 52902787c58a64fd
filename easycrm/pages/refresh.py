"""What a tab shows anew when something has changed for its user."""

from easycrm.pages.address import page_path
from easycrm.pages.company_state import CompanyState
from easycrm.pages.company_state import fill as fill_company
from easycrm.pages.compose_state import ComposeState, fill_senders
from easycrm.pages.contact_state import ContactState
from easycrm.pages.contact_state import fill as fill_contact
from easycrm.pages.contacts_state import ContactsState
from easycrm.pages.contacts_state import fill as fill_contacts
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
from easycrm.pages.timeline_state import TimelineState
from easycrm.pages.timeline_state import fill as fill_timeline
from easycrm.pages.written_here import WrittenState
from easycrm.pages.written_here import fill as fill_written


async def refresh(shell: ShellState, user_id: int) -> None:
    """Refresh the frame, and the page in it."""
    await fill_shell(shell, user_id)
    page = page_path(shell)
    if page == "/settings/email":
        for news in fill_email(await shell.get_state(EmailState), user_id):
            await tell(shell, news)
        fill_rules(await shell.get_state(OwnRulesState), user_id)
    elif page == "/mailbox":
        fill_mailbox(await shell.get_state(MailboxState), user_id)
        thread = await shell.get_state(ThreadState)
        open_thread(thread, user_id, thread.open_id)
        fill_written(await shell.get_state(WrittenState), user_id, thread.open_id)
    elif page == "/contacts":
        await _contacts(shell, user_id)
    elif page == "/compose":
        fill_senders(await shell.get_state(ComposeState), user_id)
    elif page == "/outbox":
        fill_outbox(await shell.get_state(OutboxState), user_id)


async def _contacts(shell: ShellState, user_id: int) -> None:
    """The list, or whoever is open; a form that is being filled in stays as it is."""
    fill_contacts(await shell.get_state(ContactsState), user_id)
    contact, company = await shell.get_state(ContactState), await shell.get_state(CompanyState)
    if not contact.editing:
        fill_contact(contact, contact.open_id)
    if not company.editing:
        fill_company(company, user_id, company.open_id)
    fill_timeline(await shell.get_state(TimelineState), user_id)
