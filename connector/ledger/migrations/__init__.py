"""The ledger's schema through the versions (Alembic)."""
