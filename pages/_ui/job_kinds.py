"""What a kind of job is called on the screen, and the page that shows one of it."""

JOB = "pages/analysis/job.py"
_KINDS = {
    "analysis": ("analysis", JOB),
    "genie_evaluation": ("evaluation", "pages/genie/evaluation.py"),
    "genie_quality": ("benchmark check", JOB),
}


def kind_words(kind: str) -> str:
    """The kind in words; one that has none, as it is."""
    return _KINDS.get(kind, (kind, JOB))[0]


def page_of(kind: str) -> str:
    """The page of one job of this kind; its address takes `id`."""
    return _KINDS.get(kind, (kind, JOB))[1]
