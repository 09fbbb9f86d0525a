"""Plays the clients, watches the server, writes down what happened. Knows nothing of Django."""
