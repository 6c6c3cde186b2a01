"""What a crossing is, and who is inside a zone."""
