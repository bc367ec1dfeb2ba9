"""From the tools that a server lists to a closed policy that a person completes."""
