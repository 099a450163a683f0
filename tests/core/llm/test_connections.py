"""The configured services in the database."""

import stat

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest
from pydantic import SecretStr

from core import llm
from core.db import transaction
from core.db.models import Connection
from core.errors import ConfigError, ConflictError, InputError, NotFoundError
from core.llm import keys
from core.llm.kinds import OFFLINE_NAME
from core.settings import configure

KEY = "sk-test-0123456789abcdef"
OPENAI = {"kind": "openai", "base_url": "https://api.openai.com/v1", "model": "gpt-5-mini"}


@pytest.fixture(autouse=True)
def opened(database):
    with transaction() as session:
        llm.ensure_offline(session)
    return database


@pytest.fixture
def add():
    def add(name="main", *, make_default=None, **fields):
        fields = OPENAI | {"key_source": "stored", "key": KEY} | fields
        with transaction() as session:
            return llm.add_connection(session, llm.ConnectionDraft(name=name, **fields), make_default=make_default)

    return add


@pytest.fixture
def change():
    def change(view, *, rev=None, **fields):
        given = OPENAI | {"key_source": view.key_source, "key_env": view.key_env} | fields
        draft = llm.ConnectionDraft(
            name=fields.pop("name", view.name), **{k: v for k, v in given.items() if k != "name"}
        )
        with transaction() as session:
            return llm.update_connection(session, view.name, draft, expected_rev=view.rev if rev is None else rev)

    return change


def get(name=None):
    with transaction() as session:
        return llm.get_connection(session, name)


class MemoryKeyring(keyring.backend.KeyringBackend):
    priority = -1  # never chosen by itself

    def __init__(self):
        super().__init__()
        self.kept = {}

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("gone")


@pytest.fixture(autouse=True)
def no_keyring():
    """The keyring of whoever runs the tests stays out of it."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory_keyring(no_keyring):
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    return ring


def test_a_fresh_workbench_has_the_offline_model_as_its_default():
    with transaction() as session:
        llm.ensure_offline(session)
        views = llm.list_connections(session)
    assert [(view.name, view.kind, view.is_default) for view in views] == [(OFFLINE_NAME, "offline", True)]
    assert get(None) == get("auto") == get(OFFLINE_NAME)


def test_the_first_connection_becomes_the_default_and_the_second_does_not(add):
    add("first")
    add("second")
    assert get().name == "first"
    assert [view.name for view in list_all()] == ["first", "second", OFFLINE_NAME]


def list_all():
    with transaction() as session:
        return llm.list_connections(session)


def test_a_workspace_that_serves_no_model_does_not_become_the_default(add):
    lake = {"kind": "databricks", "base_url": "https://adb-1.2.azuredatabricks.net"}
    assert not add("lake", **lake, model=None).is_default
    assert add("serving", **lake, model="endpoint").is_default


def test_the_default_moves_and_there_is_only_one(add):
    add("first")
    add("second", make_default=True)
    assert [view.name for view in list_all() if view.is_default] == ["second"]
    with transaction() as session:
        llm.set_default(session, OFFLINE_NAME)
    assert [view.name for view in list_all() if view.is_default] == [OFFLINE_NAME]


def test_a_missing_name_is_answered_with_the_names_there_are(add):
    add("first")
    with pytest.raises(NotFoundError, match=r"There is no connection 'frist'\. There are first, offline"):
        get("frist")


@pytest.mark.parametrize("name", ["first", "FIRST", " first "])
def test_a_name_is_taken_only_once(add, name):
    add("first")
    with pytest.raises(ConflictError, match="There is a connection 'first' already"):
        add(name)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "needs a name"),
        ({"name": "Auto"}, "means the default"),
        ({"name": "a\nb"}, "on one line"),
        ({"kind": "bing"}, "not a kind"),
        ({"kind": "offline", "base_url": None}, "one offline model"),
        ({"kind": "compatible", "base_url": None}, "needs a base URL"),
        ({"base_url": "http://api.openai.com.invalid/v1"}, "unencrypted"),
        ({"base_url": "https://169.254.169.254/"}, "never connects"),
        ({"timeout_s": 0}, "time-out must lie between 1 and 3,600"),
        ({"timeout_s": float("nan")}, "time-out"),
        ({"max_retries": 11}, "retries"),
        ({"parallel": 0}, "parallel"),
        ({"input_usd_per_mtok": -1}, "input price"),
        ({"budget_usd_per_month": -0.01}, "budget"),
        ({"options": {"api_version": "1"}}, "no option api_version"),
        ({"key_source": "none", "key": None}, "OpenAI needs a key"),
        ({"key_source": "none"}, "not where to keep it"),
        ({"key": None}, "The key is empty"),
        ({"key": "two words"}, "holds a space"),
        ({"key_source": "env", "key": None, "key_env": "NOT A NAME"}, "Name the environment variable"),
        ({"key_source": "env", "key": None, "key_env": "WHETSTONE_SECRET_KEY"}, "belongs to Whetstone"),
    ],
)
def test_refuses_a_field_that_breaks_a_rule_and_saves_nothing(add, fields, says):
    with pytest.raises(InputError, match=says):
        add(**fields)
    assert [view.name for view in list_all()] == [OFFLINE_NAME]


def test_stores_a_key_encrypted_and_shows_its_last_four(add, opened):
    view = add(key=SecretStr(KEY))
    assert view.key_last4 == KEY[-4:]
    assert KEY not in repr(view)
    with transaction() as session:
        row = session.get(Connection, view.id)
        assert KEY not in str(vars(row))
    assert keys.key_for(view) == KEY
    path = opened.data_dir / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_shows_nothing_of_a_short_key(add):
    assert add(key="sk-12345678").key_last4 is None


def test_a_key_file_from_elsewhere_does_not_decrypt(add, opened):
    view = add()
    (opened.data_dir / "secret.key").unlink()
    add("other")  # makes a new key file
    with pytest.raises(ConfigError, match="enter the connection's key again"):
        keys.key_for(view)


def test_a_hosted_instance_needs_a_secret_key_and_works_with_one(add, opened):
    configure(opened.model_copy(update={"hosted": True}))
    with pytest.raises(ConfigError, match="WHETSTONE_SECRET_KEY"):
        add()
    configure(opened.model_copy(update={"hosted": True, "secret_key": SecretStr("a long random text")}))
    view = add()
    assert keys.key_for(view) == KEY
    assert not (opened.data_dir / "secret.key").exists()
    configure(opened.model_copy(update={"hosted": True, "secret_key": SecretStr("another")}))
    with pytest.raises(ConfigError, match="another one than when it was saved"):
        keys.key_for(view)


def test_a_stored_key_cannot_be_moved_to_another_host_or_connection_in_the_database(add):
    view, other = add(), add("other")
    with transaction() as session:
        row = session.get(Connection, view.id)
        row.base_url, row.key_host = "https://evil.example/v1", "https://evil.example:443"
    with pytest.raises(ConfigError, match="sent nowhere else"):
        keys.key_for(get("main"))
    with transaction() as session:
        session.get(Connection, other.id).key_ref = view.key_ref
    with pytest.raises(ConfigError, match="sent nowhere else"):
        keys.key_for(get("other"))


def test_without_a_keyring_says_what_to_do_instead(add):
    with pytest.raises(ConfigError, match="no keyring"):
        add(key_source="keyring")


def test_keeps_a_key_in_the_keyring_and_takes_it_out_with_the_connection(add, memory_keyring):
    view = add(key_source="keyring", make_default=False)
    assert keys.key_for(view) == KEY
    assert list(memory_keyring.kept) == [("whetstone", view.id)]
    with transaction() as session:
        llm.delete_connection(session, "main")
    assert memory_keyring.kept == {}


def test_a_hosted_instance_has_no_keyring(add, opened, memory_keyring):
    configure(opened.model_copy(update={"hosted": True}))
    with pytest.raises(InputError, match="hosted instance has no keyring"):
        add(key_source="keyring")


def test_shows_the_variable_its_last_four_and_whether_it_is_set(add, monkeypatch):
    monkeypatch.delenv("PROBE_KEY", raising=False)
    view = add(key_source="env", key=None, key_env="PROBE_KEY")
    assert (view.key_env, view.key_last4, view.key_missing) == ("PROBE_KEY", None, True)
    monkeypatch.setenv("PROBE_KEY", KEY)
    assert (get("main").key_last4, get("main").key_missing) == (KEY[-4:], False)


def test_a_change_keeps_the_key_and_counts_the_revision(add, change):
    view = add()
    changed = change(view, timeout_s=90)
    assert (changed.timeout_s, changed.rev) == (90, 2)
    assert keys.key_for(changed) == KEY


def test_a_stale_change_is_refused(add, change):
    view = add()
    change(view, timeout_s=90)
    with pytest.raises(ConflictError, match="changed since you opened it"):
        change(view, timeout_s=30)
    assert get("main").timeout_s == 90


def test_a_changed_host_asks_for_the_key_again(add, change):
    view = add()
    with pytest.raises(InputError, match=r"saved for https://api\.openai\.com:443"):
        change(view, base_url="https://example.org/v1")
    moved = change(view, base_url="https://example.org/v1", key="sk-for-the-new-host-01")
    assert keys.key_for(moved) == "sk-for-the-new-host-01"
    assert change(moved, base_url="https://example.org/v2").key_last4 == "t-01"


def test_a_connection_keeps_its_name_and_its_kind_of_offline(add, change):
    view = add()
    with pytest.raises(InputError, match="keeps its name"):
        change(view, name="other")
    with pytest.raises(InputError, match="cannot become another kind"):
        change(view, kind="offline", base_url=None)


def test_the_offline_model_may_be_tuned_but_not_deleted():
    offline = get()
    with transaction() as session:
        draft = llm.ConnectionDraft(name=offline.name, kind="offline", model=offline.model, parallel=2)
        assert llm.update_connection(session, offline.name, draft, expected_rev=offline.rev).parallel == 2
    with pytest.raises(InputError, match="cannot be deleted"), transaction() as session:
        llm.delete_connection(session, offline.name)


def test_the_default_is_deleted_only_after_another_took_its_place(add):
    add("first")
    with pytest.raises(ConflictError, match="Make another one the default first"), transaction() as session:
        llm.delete_connection(session, "first")
    with transaction() as session:
        llm.set_default(session, OFFLINE_NAME)
        llm.delete_connection(session, "first")
    assert [view.name for view in list_all()] == [OFFLINE_NAME]


def test_bases_are_tidied_for_the_kinds_that_need_it(add):
    view = add(kind="databricks", base_url="https://x.cloud.databricks.com/serving-endpoints/")
    assert view.base_url == "https://x.cloud.databricks.com"
    view = add("az", kind="azure", base_url="https://x.openai.azure.com/openai")
    assert view.base_url == "https://x.openai.azure.com"
    view = add("c", kind="compatible", base_url="https://example.org/v1/chat/completions")
    assert view.base_url == "https://example.org/v1"


def test_a_stored_key_is_what_the_service_gets(add, model, ask):
    view = add(kind="compatible", base_url=model.url("ok"))
    assert ask(view).text == model.content
    assert model.history[0].headers["authorization"] == f"Bearer {KEY}"


def test_testing_a_connection_says_what_it_found(add, model):
    add("good", kind="compatible", base_url=model.url("ok"), model="faulty-1")
    add("other", kind="compatible", base_url=model.url("ok"), model="gpt-x")
    add("bad", kind="compatible", base_url=model.url("401"))
    good, other, bad = (llm.test_connection(get(name)) for name in ("good", "other", "bad"))
    assert good.ok and good.models == ("faulty-1",) and "offers 1 model." in good.message
    assert other.ok and "'gpt-x' is not among them" in other.message
    assert not bad.ok and bad.latency_ms is None and "Enter a valid key" in bad.message
    assert llm.run_async(llm.list_models(get("good"))) == ["faulty-1"]
