"""The views of one space's page, one file each, and what they share."""
