"""Words that ask, count, compare or only carry others, whatever the tables are about."""

from core.local_genie.rules.words import stem

KEYWORDS = frozenset(
    """average mean avg median total sum overall number count many most least fewest top bottom highest lowest largest smallest
    biggest maximum minimum max min longest shortest share percentage percent proportion fraction ratio rate per each every
    more less fewer than at between never without different distinct unique order sort rank by group list compare versus vs
    year month quarter week day hour date daily weekly monthly quarterly yearly annual annually weekday time often
    usually typically highest best worst common frequent frequently popular busiest broken split exactly equal
    last first second third half previous current next since until before after today yesterday value values amount
    not no non nobody none nothing neither one two three except exclude excluding other than both only either all ever yet still already including include
    i.e e.g ok hi hello thanks thank name names named called say tell record records row rows entry entries
    show display calculate money compute determine figure figures happen happened occur occurred exist there""".split()  # noqa: SIM905
)
ONCE_EACH = frozenset("different distinct unique".split())  # noqa: SIM905
LIGHT = frozenset(stem(word) for word in "take make have get give do go bring use come run".split())  # noqa: SIM905
INCOME = ("revenue", "turnover", "sales", "income", "earnings")
"""What a space may call the money that its rows bring in."""
