"""Which days deliveries brought, and which gaps were told."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    text = Path(__file__).with_name("0006_arrivals_and_gaps.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never made older; restore a backup instead")
