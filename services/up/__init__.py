"""`turnstile up`: all services on this machine, as processes that talk over ipc."""
