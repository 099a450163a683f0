"""The parts of a job's page, one file each."""
