"""`turnstile doctor`: what works on this machine, or in this container, and what does not."""
