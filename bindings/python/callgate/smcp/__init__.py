"""SMCP and SEAL for Python: the clients, the envelope functions and their errors."""
