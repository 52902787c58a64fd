"""What is left out of EasyCRM, or of its contact timelines, and by which rule."""

from easycrm.mail.internal_mail import hides_internal, internal_domains

__all__ = ["hides_internal", "internal_domains"]
