"""How the keys that issuers publish are fetched, kept, and given up."""
