"""The ledger's first form."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # exec_driver_sql: the text holds colons and percent signs that are not parameters.
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0001_ledger.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("a ledger is never made older; restore a backup instead")
