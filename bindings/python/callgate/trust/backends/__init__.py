"""Where anchors of entities and bundles of trust domains come from; not loaded by the judge."""
