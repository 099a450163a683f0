"""How the offline model names itself, in the list of models and in every free-text answer."""

from typing import Final

MODEL_NAME: Final = "whetstone-offline"

NOTICE: Final = (
    "Offline model: it only quotes from the prompt and does not reason. "
    "Set up a connection under Admin › Connections to ask a real model."
)

SHORT_NOTICE: Final = "Offline model, quoted from the prompt"
