"""Analysis of tables: a model looks at summaries and samples under a recipe, and what it claims is checked.

A job measures the tables, applies the disclosure, asks one call per type, turns the answers into findings, and looks
every number that a finding states up in the data.
"""

from core.analysis.asking import Estimate, estimate, room_for_data, type_call
from core.analysis.charts import Chart, charts_of, histogram
from core.analysis.comparing import Comparison, Figures, Pair, comparable_jobs, compare_jobs
from core.analysis.dictionary import EntryView, edit_entry, list_entries
from core.analysis.exporting import ExportFormat, Report, export_findings
from core.analysis.findings import list_findings
from core.analysis.preparing import MOST_TABLES, Prepared, prepare
from core.analysis.reading import prepared_of, type_results
from core.analysis.recipes import (
    clone_recipe,
    create_recipe,
    delete_recipe,
    find_recipe,
    get_recipe,
    list_recipes,
    recipe_prompt,
    seed_recipes,
    set_default,
)
from core.analysis.rerunning import (
    PLACEHOLDERS,
    TypePrompt,
    can_rerun,
    edited_prompt,
    placeholders_missing,
    rerun,
    suggested_title,
    type_prompts,
)
from core.analysis.submitting import KIND, new_salt, submit_analysis, submit_pair
from core.analysis.summarising import Summary, TableInput
from core.analysis.types import TYPES
from core.analysis.views import (
    SEVERITIES,
    VERDICTS,
    AnalysisRequest,
    FindingFilter,
    FindingView,
    Prompt,
    RecipeView,
    TypeResult,
)
from core.analysis.working import analyse
