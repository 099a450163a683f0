"""What Streamlit would print of a failing page goes through our log, with secrets masked."""

import json
import logging

from core import llm, logs
from pages._ui import server


def test_the_traceback_of_a_failing_page_holds_no_key(capsys):
    logs.configure("INFO", llm.mask_secrets)
    logger = logging.getLogger("streamlit.error_util")
    logger.addFilter(server._log_ourselves)
    try:
        raise ValueError("refused: sk-abcdefghijklmnop1234")
    except ValueError:
        logger.exception("Uncaught app execution")
    finally:
        logger.removeFilter(server._log_ourselves)
    printed = capsys.readouterr().err
    assert "abcdefghijkl" not in printed
    line = json.loads(printed.strip().splitlines()[-1])
    assert line["event"] == "page failed"
    assert "••••1234" in line["exception"]
