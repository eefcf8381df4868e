from support.database_fixtures import (
    database,
    database_url,
    empty_url,
    postgresql_server,
    postgresql_template,
    sqlite_url,
)

__all__ = ["database", "database_url", "empty_url", "postgresql_server", "postgresql_template", "sqlite_url"]
