"""What runs in the child process of `core.sources.files`. Imports nothing of `core`: `worker.py` starts it with `python -I`."""
