"""``make bench``: what Turnstile costs and how late it is, beside the plain design that everybody writes first."""
