"""Configuration files: YAML with places, frozen models, secrets by reference."""
