"""What a view shows instead of a definition that the credentials may not read."""

from pages._ui import layout
from pages._ui.icons import ICON


def said_unreadable() -> None:
    layout.empty_state(
        "The definition may not be read",
        "These credentials may ask the space, but reading what it is made of needs the right CAN EDIT on it. Ask the space's "
        "owner for it, or use a connection that has it.",
        icon=ICON.protect,
    )
