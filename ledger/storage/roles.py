"""PostgreSQL roles: the migrator owns the tables, the application may only do what each table's rule allows.

Promises: the application's role can neither drop a trigger nor switch one off, nor update or delete where history is
kept. Leaves creating the migrator to the operator (docs/operating.md). DESIGN 10, ADR 0041.
"""

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from ledger.errors import InvalidInput, Unavailable
from ledger.storage.tables import METADATA, Guard, Rule, guard_of


def create_app_role(url: str, *, role: str, password: str) -> None:
    """Create or refresh the application's role, connected as the owner of the tables, after `migrate`.

    The password reaches the server only as a SCRAM verifier. A role that owns tables or may do everything stays as it is: the
    application must not run under it. Raises InvalidInput: database.url, database.role; Unavailable: database.unmigrated,
    database.unavailable.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        raise InvalidInput("database.url", "expected a PostgreSQL database: SQLite has no roles")
    address = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address) as connection:
            _refuse_owners(connection, role)
            _create(connection, role, password)
            for guard in (guard_of(table) for table in METADATA.sorted_tables):
                for grant in _grants(guard):
                    connection.execute(grant + sql.SQL(" TO ") + sql.Identifier(role))
    except psycopg.errors.UndefinedTable as error:
        raise Unavailable(
            "database.unmigrated", "the tables are not those of this version: run `tally db migrate` first"
        ) from error
    except psycopg.Error as error:
        raise Unavailable("database.unavailable", f"expected roles to be set, got {type(error).__name__}") from error


def _refuse_owners(connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
    owns = """
        SELECT 1 FROM pg_roles r WHERE r.rolname = %(role)s AND (
            r.rolsuper OR r.rolname = current_user
            OR EXISTS (SELECT 1 FROM pg_class c WHERE pg_has_role(r.oid, c.relowner, 'member') AND c.relkind = 'r'
                       AND c.relnamespace = 'public'::regnamespace))
    """
    if connection.execute(owns, {"role": role}).fetchone():
        raise InvalidInput(
            "database.role", f"{role} owns the tables or may do everything: name a role for the application alone"
        )


def _create(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    attributes = "ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
    connection.execute(verb + sql.SQL(" ") + sql.SQL(attributes).format(sql.Identifier(role), sql.Literal(verifier)))
    to_role = sql.SQL(" TO ") + sql.Identifier(role)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public") + to_role)
    connection.execute(sql.SQL("GRANT SELECT ON alembic_version") + to_role)


def _grants(guard: Guard) -> list[sql.Composed]:
    table = sql.Identifier(guard.table)
    rights = ["SELECT", "INSERT"]
    if guard.rule in (Rule.ROLLING, Rule.PASSING):
        rights.append("UPDATE")
    if guard.rule in (Rule.ERASABLE, Rule.PASSING):
        rights.append("DELETE")
    grants = [sql.SQL("GRANT {} ON {}").format(sql.SQL(", ").join(map(sql.SQL, rights)), table)]
    if guard.once:
        columns = sql.SQL(", ").join(map(sql.Identifier, guard.once))
        grants.append(sql.SQL("GRANT UPDATE ({}) ON {}").format(columns, table))
    return grants
