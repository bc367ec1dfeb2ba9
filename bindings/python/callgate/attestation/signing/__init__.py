"""The side of the agent: its tokens, and token and proof in each message."""
