"""EasyCRM: corporate mail, connected by OAuth, beside the contacts it belongs to."""
