"""Runs the migrations on the connection that :mod:`services.common.store.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from services.common.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
