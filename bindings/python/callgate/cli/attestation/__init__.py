"""What ``callgate attestation`` does, a file for each verb."""
