"""TLS that asks for any client certificate, and has it judged at every request."""
