"""Who somebody is: users, roles, passwords and sessions."""
