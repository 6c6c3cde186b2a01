"""``turnstile evaluate``: what was counted beside what is true."""
