"""Where it is remembered which tokens and proofs were used: in this process, or in Redis."""
