"""One person is erased, and stays so."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    text = Path(__file__).with_name("0012_erasures.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never made older; restore a backup instead")
