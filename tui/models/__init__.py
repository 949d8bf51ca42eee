"""The Models screen: what is installed, found, available, and in use."""
