"""How well Turnstile counts beside the counters that people use today: ``make accuracy``."""
