"""The parts of a source's page, one file each."""
