"""Alembic's environment; :mod:`services.common.store.migrate` runs it."""
