"""Google's and Microsoft's addresses, consent screens, mailboxes and faults, in a process of their own.

Imports nothing of the product, and the product nothing of it.
"""
