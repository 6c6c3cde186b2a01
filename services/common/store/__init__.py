"""Where counts last: tables in SQLite or PostgreSQL, what is written to them and what they are asked."""
