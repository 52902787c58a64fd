"""Sentences about rules and folder choices."""

from easycrm.core.wording.syncing import emails

RULE_EMPTY = "Enter an address or a domain"
RULE_WILDCARD = "Wildcards are not needed: a domain such as example.com covers every address in it and its subdomains"
RULE_NEEDS_ADDRESS = "This is not an address such as ada@example.com"
RULE_NEEDS_DOMAIN = "This is not a domain such as example.com"
RULES_LEAD = (
    "Emails with these people are not kept, whether they are sender, recipient, in copy or in Reply-To. A domain "
    "covers its subdomains. A mailbox\u2019s own address does not count, and at the provider nothing changes."
)
RULE_END_MEANS = "Emails that it kept out, within the imported period, will be fetched again"
FOLDERS_LEAD = "Emails in the other folders are not kept. A new folder is imported until you switch it off here."
LABELS_LEAD = (
    "An email that carries a label which is switched off is not kept, whatever other labels it has. A new label is "
    "imported until you switch it off here."
)
RULE_EXISTS = "There is such a rule already"
TOO_MANY_RULES = "There can be at most 500 rules. A domain rule may stand for many addresses"
FOLDERS_NEED_ONE = "Inbox and Sent cannot both be left out: nothing that matters would be left"


def excluded_by_rule(kind: str, value: str, *, company: bool) -> str:
    """Why a message is not here: which rule leaves it out, and whose it is."""
    return f"It is left out by {'a rule of your company' if company else 'your rule'} for the {kind} {value}"


def rule_covers(kind: str, value: str, *, company: bool) -> str:
    """What is said of a searched address that a rule leaves out."""
    whose = "A rule of your company" if company else "Your rule"
    return f"{whose} for the {kind} {value} leaves emails with this address out"


EXCLUDED_BY_ENDED_RULE = "It was left out by a rule that has been removed, and will come with the next sync"


def in_folder_left_out(name: str, *, label: bool) -> str:
    """Why a message is not here: its owner left out the folder, or at Google the label."""
    return (
        f"It carries the label \u201c{name}\u201d, which you left out"
        if label
        else (f"It is in the folder \u201c{name}\u201d, which you left out")
    )


def rule_added(value: str) -> str:
    """Told when a rule has been made."""
    return f"Emails with {value} are left out from now on"


def rule_removed(value: str) -> str:
    """Told when a rule has been removed."""
    return f"The rule for {value} is removed. Its emails are being fetched again"


def removed_by_choice(count: int) -> str:
    """What will happen to mail that is here, before a rule or a folder choice is confirmed."""
    if count == 0:
        return "EasyCRM has no such emails at the moment"
    return f"{emails(count)} will be removed from EasyCRM. In the mailbox itself nothing changes"


RULE_NEEDS_DOMAIN_NOT_ADDRESS = "This is an address. Choose \u201cAddress\u201d, or enter only what stands after the @"
