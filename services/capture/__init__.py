"""capture: cameras in, newest frames out."""
