"""Detect, track, count; annotate and encode each picture once."""
