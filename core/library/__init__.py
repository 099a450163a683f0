"""The template library: templates, versions, labels, variables, running, executions, datasets.

Services take a session first, flush and never commit; the caller's `transaction()` does. Running is the exception: a
call opens its own short transactions, because it must not hold one open while the model answers.
"""

from core.library.builtin import BuiltinState, builtin_state, reset_to_builtin, seed
from core.library.calls import Call, call_again, call_reference, call_version, destination, sent_texts
from core.library.content import MAX_TEXT, content_hash, from_json, prepared, to_json
from core.library.datasets import add_example, create_dataset, list_datasets, list_examples
from core.library.differences import LinePair, Piece, changed_only, line_pairs, merge, word_pieces
from core.library.edits import EditView, drop_edit, keep_edit, kept_edit
from core.library.executions import (
    ExecutionFilter,
    ExecutionRow,
    get_execution,
    iter_executions,
    list_executions,
    models_used,
    rate_execution,
)
from core.library.exporting import export_executions
from core.library.figures import MonthFigures, month_figures
from core.library.finding import (
    ORDERS,
    Order,
    TemplateFilter,
    TemplateRow,
    all_tags,
    categories,
    count_templates,
    list_templates,
)
from core.library.labels import list_labels, move_label, protect_label, remove_label, roll_back
from core.library.linting import Hint, context_tokens, lint
from core.library.names import PRODUCTION, Reference, check_name, parse_reference, slug
from core.library.recording import count_running
from core.library.rendering import Discovery, Rendered, discover, render
from core.library.running import Run, accept_calls, find, run, start, stop_all
from core.library.templates import (
    create_template,
    delete_template,
    describe_template,
    duplicate_template,
    get_starter,
    get_template,
    get_template_by_name,
    set_active,
    set_archived,
)
from core.library.testing import test_connection
from core.library.variables import check_specs, declared, sample_values, typed, values_for
from core.library.versions import (
    archive_version,
    delete_version,
    get_version,
    list_versions,
    resolve,
    resolve_id,
    save_version,
)
from core.library.views import (
    VARIABLE_TYPES,
    Content,
    DatasetView,
    ExampleView,
    ExecutionView,
    LabelView,
    Page,
    Status,
    TemplateView,
    VariableSpec,
    VersionView,
)
