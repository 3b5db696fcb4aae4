"""Stateful emulators of the two providers on loopback, checked against their published API descriptions."""
