"""Draws what was seen and counted into the picture."""
