"""The clock of a replayed city does not follow what is delivered by hand."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    text = Path(__file__).with_name("0007_arrivals_by_hand.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never made older; restore a backup instead")
