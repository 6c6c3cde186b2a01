"""Tells other programs what happens: signed HTTP requests that are tried until they arrive."""
