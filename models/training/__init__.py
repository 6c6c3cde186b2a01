"""How the built-in detector was made: scenes of our own renderer, and YOLO26n trained on them from scratch."""
