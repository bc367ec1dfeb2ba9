"""The engine's two readers of server messages."""

from callgate._native import (  # type: ignore[attr-defined,unused-ignore]
    ResultMeter,
    split_object,
)

__all__ = ["ResultMeter", "split_object"]
