"""Custom actions: one class a file. They run in the worker, inside the turn's transaction."""
