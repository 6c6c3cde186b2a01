"""Person detectors: one interface, a fast path for OpenVINO models and Ultralytics for every other format."""
