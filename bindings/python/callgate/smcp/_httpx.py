"""The libraries that ``callgate[smcp]`` brings, or an error that says how to get them."""

try:
    import anyio as anyio
    import httpcore2 as httpcore2
    import httpx2 as httpx2
except ImportError as error:
    message = "callgate.smcp needs httpx2: pip install 'callgate[smcp]'"
    raise ImportError(message, name=error.name) from error
