"""The streamer: hands the newest pictures and totals of inference to any number of browsers."""
