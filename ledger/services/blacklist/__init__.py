"""What can be done with the shared blacklist, one file per act (DESIGN section 7)."""
