"""Turnstile's services. A service imports ``proto`` and ``services.common``, never another service."""
