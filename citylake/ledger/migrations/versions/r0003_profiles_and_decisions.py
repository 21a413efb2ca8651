"""Profiles of deliveries, and decisions about held ones."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    text = Path(__file__).with_name("0003_profiles_and_decisions.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never made older; restore a backup instead")
