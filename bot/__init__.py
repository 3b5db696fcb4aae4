"""Waymark: a chat and SMS information assistant for people on the move."""
