"""What stands before every route: one plain ASGI class a file."""
