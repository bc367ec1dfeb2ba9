"""The registry as a process: started, checked, stopped."""
