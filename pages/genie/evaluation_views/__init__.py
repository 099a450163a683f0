"""The parts of the Evaluate page and of an evaluation's page, one file each."""
