"""The configuration in force, changed over HTTP: checked whole, stored in its file, undone."""
