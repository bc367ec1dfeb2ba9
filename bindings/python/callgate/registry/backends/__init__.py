"""Trust backends: where the anchors of entities and the bundles of trust domains come from."""
