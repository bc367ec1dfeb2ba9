"""Signed calls and tool listings: decided, recorded, forwarded."""
