"""The gateway as a process: started, checked, stopped."""
