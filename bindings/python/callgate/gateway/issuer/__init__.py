"""The issuer of security tokens, its keys, and what signs with them."""
