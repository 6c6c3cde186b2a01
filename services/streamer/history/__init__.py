"""What the store knows, over HTTP: any replica gives the same answer."""
