"""Re-admissions: what waits for them is held back, and what they must leave no trace of is forgotten."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    text = Path(__file__).with_name("0005_readmissions.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never made older; restore a backup instead")
