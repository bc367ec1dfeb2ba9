"""The engine's two readers of server messages."""

from callgate._native import ResultMeter, split_object  # type: ignore[attr-defined]

__all__ = ["ResultMeter", "split_object"]
