"""What has no business meaning: settings, database, sealing, errors, clock, log and wording."""
