"""What EasyCRM does with mail."""
