"""Whetstone's core: everything but the screen.

`call_ai_chat` is the Python entry point; it loads on first use, so that importing a submodule stays cheap.
"""

__version__ = "0.1.0"


def __getattr__(name: str):
    if name == "call_ai_chat":
        from core.calling import call_ai_chat

        return call_ai_chat
    raise AttributeError(f"module 'core' has no attribute {name!r}")
