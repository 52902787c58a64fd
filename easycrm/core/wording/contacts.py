"""Sentences about contacts and what colleagues see."""

NO_SUCH_VISIBILITY = "Choose what colleagues see from the list"
