"""The kinds of database there are."""

from core.sources.databases.backend import Backend
from core.sources.databases.mysql import Mysql
from core.sources.databases.postgresql import Postgresql
from core.sources.databases.sqlite import Sqlite
from core.sources.databases.urls import DialectName

BACKENDS: dict[DialectName, Backend] = {"sqlite": Sqlite(), "postgresql": Postgresql(), "mysql": Mysql()}
