"""Entities as operators change them: register, list, revoke, rotate."""
