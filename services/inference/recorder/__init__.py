"""Sees to it that what was counted lasts: first on disk, then in the store, each row once."""
