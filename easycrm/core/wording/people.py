"""Sentences about accounts, sign-in and passwords."""

NOT_YOURSELF = "You cannot deactivate your own account"
WRONG_CREDENTIALS = "Email or password is not correct"
TOO_MANY_ATTEMPTS = "Too many attempts. Please wait a few minutes and try again"
SETUP_LINK_OVER = "This setup link is not valid any more. Start EasyCRM again to get a new one"
NOT_AN_ADDRESS = "This is not an email address"
PASSWORD_LENGTH = "A password has 12 to 200 characters"  # noqa: S105 (a sentence)
PASSWORD_IS_ADDRESS = "The password must not be the email address"  # noqa: S105 (a sentence)
