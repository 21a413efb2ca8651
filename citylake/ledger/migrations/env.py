"""Alembic's entry: run the migrations on the connection that `citylake.ledger.migrate` gives."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="ledger",
)
with context.begin_transaction():
    context.run_migrations()
