"""What can be made to go wrong, so that a client is proven against it: set over `/api/local/faults` or in process."""

from core.local_genie.faults.noise import spoil
from core.local_genie.faults.settings import ANSWER_KINDS, HTTP_KINDS, AnswerFault, FaultSettings, HttpFault
from core.local_genie.faults.state import Faults, RateLimited

__all__ = [
    "ANSWER_KINDS",
    "HTTP_KINDS",
    "AnswerFault",
    "FaultSettings",
    "Faults",
    "HttpFault",
    "RateLimited",
    "spoil",
]
