"""``turnstile analyze``: counts recorded videos by the rule, the tracker and the detector that count live ones."""
