"""The registry that admits only agents it can identify, and evicts those it no longer trusts."""
