"""The kinds of model services, and what each needs."""

from dataclasses import dataclass, field

OFFLINE_NAME = "offline"
OFFLINE_MODEL = "whetstone-offline"
"""The model that `core.local_model` serves; a test keeps the two equal."""

AZURE_API_VERSION = "2024-10-21"


@dataclass(frozen=True)
class Kind:
    """`base_url` is the default, None where each person has their own. `key_env` is the variable to suggest.

    `options` names further fields with a line of help each. `price_id` is the provider in the price list; None: by base URL.
    """

    title: str
    base_url: str | None
    needs_key: bool
    key_env: str | None
    base_url_help: str = ""
    options: dict[str, str] = field(default_factory=dict)
    price_id: str | None = None


KINDS: dict[str, Kind] = {
    "offline": Kind("Offline model", None, False, None),
    "openai": Kind("OpenAI", "https://api.openai.com/v1", True, "OPENAI_API_KEY", price_id="openai"),
    "azure": Kind(
        "Azure OpenAI",
        None,
        True,
        "AZURE_OPENAI_API_KEY",
        base_url_help="The endpoint of the resource, https://….openai.azure.com. The model is the name of a deployment.",
        options={"api_version": f"API version; empty means {AZURE_API_VERSION}"},
        price_id="azure",
    ),
    "xai": Kind("xAI", "https://api.x.ai/v1", True, "XAI_API_KEY", price_id="x-ai"),
    "databricks": Kind(
        "Databricks",
        None,
        False,
        "DATABRICKS_TOKEN",
        base_url_help="The address of the workspace, https://….cloud.databricks.com. Empty: the one of the profile.",
        options={
            "profile": "Profile of ~/.databrickscfg; used when there is no key",
            "client_id": "OAuth: client id of a service principal; the key is then its secret",
            "warehouse_id": "SQL warehouse for Genie; empty means one that is running",
            "questions_per_minute": "What Genie may be asked over the API; empty means 5",
        },
        price_id="databricks",
    ),
    "ollama": Kind("Ollama", "http://localhost:11434/v1", False, None),
    "compatible": Kind(
        "OpenAI-compatible",
        None,
        False,
        None,
        base_url_help="Up to and with /v1, as for the OpenAI SDK.",
    ),
}
