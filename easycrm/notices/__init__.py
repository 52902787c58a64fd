"""What a user is told, and what an admin can trace."""
