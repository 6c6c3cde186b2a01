"""The wire contract between the services: message schema, codec, sockets and their addresses."""
