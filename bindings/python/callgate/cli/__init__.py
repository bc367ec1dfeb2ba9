"""The command line: ``callgate``."""
