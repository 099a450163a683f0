"""Recipes: templates of category *analysis*, each for one analysis type, one of them the type's default.

A recipe is edited, versioned and labelled like any other template; the row here only says for which type it is.
"""

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import activity, library
from core.analysis.types import TYPES
from core.analysis.views import Prompt, RecipeView
from core.db.models import Recipe, Template
from core.errors import ConflictError, InputError, NotFoundError

CATEGORY = "analysis"
TEMPERATURE = 0.3


def seed_recipes(session: Session) -> None:
    """Make each built-in template `analysis/<type>` that recipe; the default of its type if there is none."""
    for key in TYPES:
        template = session.scalar(select(Template).where(Template.builtin_key == f"analysis/{key}"))
        if template is None or session.get(Recipe, template.id) is not None:
            continue
        session.add(Recipe(template_id=template.id, analysis_type=key, is_default=_default(session, key) is None))
        session.flush()


def list_recipes(session: Session, analysis_type: str | None = None) -> list[RecipeView]:
    """The recipes that can be chosen: by type in the order of the types, the default first, then by title."""
    query = (
        select(Recipe, Template)
        .join(Template, Template.id == Recipe.template_id)
        .where(Template.is_active, Template.is_archived.is_(False))
    )
    if analysis_type is not None:
        query = query.where(Recipe.analysis_type == analysis_type)
    order = list(TYPES)
    rows = sorted(
        session.execute(query).all(),
        key=lambda row: (order.index(row[0].analysis_type), not row[0].is_default, row[1].title.lower()),
    )
    return [_view(session, recipe, template) for recipe, template in rows]


def get_recipe(session: Session, recipe_id: str) -> RecipeView:
    """Also one that is archived, which old jobs refer to. Raises NotFoundError."""
    row = session.execute(
        select(Recipe, Template)
        .join(Template, Template.id == Recipe.template_id)
        .where(Recipe.template_id == recipe_id)
    ).first()
    if row is None:
        raise NotFoundError("This recipe is gone: somebody deleted it. Choose another one.")
    return _view(session, *row)


def find_recipe(session: Session, text: str) -> RecipeView:
    """By id, template name or title, as the command line names them. Raises NotFoundError."""
    query = (
        select(Recipe, Template)
        .join(Template, Template.id == Recipe.template_id)
        .where((Template.id == text) | (Template.name == text) | (Template.title == text))
        .order_by(Template.seq)
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFoundError(f"There is no recipe '{text[:80]}'. The Recipes page lists them all.")
    return _view(session, *row)


def recipe_prompt(session: Session, analysis_type: str, recipe_id: str | None = None) -> Prompt:
    """What a job of that type is asked with: the chosen recipe, else the type's default one.

    Raises:
        NotFoundError: there is no such recipe, or the type has none.
        InputError: the recipe is for another type, or retired.
    """
    if recipe_id is None:
        default = _default(session, analysis_type)
        if default is None:
            raise NotFoundError(
                f"There is no recipe for {TYPES[analysis_type].title.lower()}. Make one on the Recipes page, or restore the built-in one."
            )
        recipe_id = default.template_id
    recipe = get_recipe(session, recipe_id)
    if recipe.analysis_type != analysis_type:
        raise InputError(
            f"'{recipe.title}' is a recipe for {TYPES[recipe.analysis_type].title.lower()}, not for "
            f"{TYPES[analysis_type].title.lower()}. Choose another recipe."
        )
    template = library.get_template(session, recipe.id)
    if not template.is_active or template.is_archived:
        raise InputError(f"The recipe '{recipe.title}' is retired. Choose another one, or restore its template.")
    return Prompt(recipe.content, recipe.id, recipe.name, recipe.version_id, recipe.version_number)


def create_recipe(
    session: Session,
    analysis_type: str,
    title: str,
    *,
    system: str,
    user: str,
    person: str,
    like: library.Content | None = None,
    cloned_from: str | None = None,
    parent_id: str | None = None,
) -> RecipeView:
    """A new recipe from two template texts. `like` gives its other settings and the declared variables.

    Raises:
        InputError: the type is unknown, the title is empty, or a text breaks a rule of templates.
        ConflictError: there is a template of that name.
    """
    if analysis_type not in TYPES:
        raise InputError(f"There is no analysis type '{analysis_type[:40]}'. There are {', '.join(TYPES)}.")
    if not title.strip():
        raise InputError("Give the recipe a name.")
    content = replace(like or library.Content(temperature=TEMPERATURE), system=system, user=user)
    template = library.create_template(
        session,
        _free_name(session, title),
        content,
        person=person,
        title=title,
        description=f"Recipe for {TYPES[analysis_type].title.lower()}.",
        category=CATEGORY,
        tags=("recipe", analysis_type),
        parent_id=parent_id,
    )
    session.add(Recipe(template_id=template.id, analysis_type=analysis_type, cloned_from=cloned_from))
    session.flush()
    return get_recipe(session, template.id)


def clone_recipe(session: Session, recipe_id: str, title: str, *, person: str) -> RecipeView:
    """A copy of what the recipe says now, under a title of its own."""
    recipe = get_recipe(session, recipe_id)
    return create_recipe(
        session,
        recipe.analysis_type,
        title,
        system=recipe.content.system,
        user=recipe.content.user,
        person=person,
        like=recipe.content,
        cloned_from=recipe.id,
        parent_id=recipe.version_id,
    )


def set_default(session: Session, recipe_id: str, *, person: str) -> RecipeView:
    """New jobs of the type take this recipe unless another one is chosen."""
    recipe = get_recipe(session, recipe_id)
    recipe_prompt(session, recipe.analysis_type, recipe_id)  # refuses a retired one
    session.execute(update(Recipe).where(Recipe.analysis_type == recipe.analysis_type).values(is_default=False))
    session.execute(update(Recipe).where(Recipe.template_id == recipe_id).values(is_default=True))
    activity.record(session, person, "made default recipe", recipe.name, subject_id=recipe.id)
    session.flush()
    return get_recipe(session, recipe_id)


def delete_recipe(session: Session, recipe_id: str, *, person: str) -> None:
    """Take the recipe out of the list. One that jobs were run with is kept as an archived template, for their lineage.

    If it was the default, the built-in recipe of its type becomes the default again.

    Raises:
        ConflictError: it is built in.
    """
    recipe = get_recipe(session, recipe_id)
    if recipe.source == "seed":
        raise ConflictError(
            f"'{recipe.title}' is built in and would come back. Make another recipe the default instead."
        )
    if recipe.is_default:
        session.execute(update(Recipe).where(Recipe.template_id == recipe_id).values(is_default=False))
        builtin = session.scalar(select(Template.id).where(Template.builtin_key == f"analysis/{recipe.analysis_type}"))
        if builtin is not None:
            session.execute(update(Recipe).where(Recipe.template_id == builtin).values(is_default=True))
    try:
        library.delete_template(session, recipe_id, person=person)
    except ConflictError:
        library.set_archived(session, recipe_id, True, person=person)
    session.flush()


def _default(session: Session, analysis_type: str) -> Recipe | None:
    return session.scalar(
        select(Recipe)
        .join(Template, Template.id == Recipe.template_id)
        .where(Recipe.analysis_type == analysis_type, Recipe.is_default)
    )


def _free_name(session: Session, title: str) -> str:
    base = f"{CATEGORY}/{library.slug(title).replace('/', '_')}"[:180]
    taken = set(session.scalars(select(Template.name).where(Template.name.startswith(base, autoescape=True))))
    return next(name for n in range(len(taken) + 1) if (name := f"{base}_{n + 1}" if n else base) not in taken)


def _current(session: Session, template_id: str) -> library.VersionView:
    """Where `production` points; the newest version of one whose label was taken away."""
    try:
        return library.resolve_id(session, template_id, inactive=True)
    except NotFoundError:
        return library.list_versions(session, template_id, archived=True, limit=1)[0]


def _view(session: Session, recipe: Recipe, template: Template) -> RecipeView:
    version = _current(session, template.id)
    return RecipeView(
        id=template.id,
        analysis_type=recipe.analysis_type,
        name=template.name,
        title=template.title,
        description=template.description,
        is_default=recipe.is_default,
        source="seed" if template.builtin_key else "user",
        cloned_from=recipe.cloned_from,
        version_id=version.id,
        version_number=version.number,
        content=version.content,
        updated_at=template.updated_at,
        updated_by=template.updated_by,
    )
