"""callgate decides, for every tool call of an AI agent, whether it may happen."""

from callgate._native import __version__, canonicalize

__all__ = ["__version__", "canonicalize"]
