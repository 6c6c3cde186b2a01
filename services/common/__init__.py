"""What all services need: settings, configuration, logging, metrics and the life cycle of a process."""
