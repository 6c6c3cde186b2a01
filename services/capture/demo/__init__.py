"""A built-in scene: people who walk over a plaza or along a street, drawn by our own code, with the truth known."""
