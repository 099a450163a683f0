"""Jinja2 templates: find their variables and render them, in warm worker processes with limits.

The only place in `core` where a template is parsed, compiled or rendered; nothing else may import jinja2.
"""

from .client import (
    JSON,
    Discovery,
    Rendered,
    TemplateProblem,
    Variable,
    close,
    configure,
    discover,
    render,
    render_many,
    worker_pids,
)

__all__ = [
    "JSON",
    "Discovery",
    "Rendered",
    "TemplateProblem",
    "Variable",
    "close",
    "configure",
    "discover",
    "render",
    "render_many",
    "worker_pids",
]
