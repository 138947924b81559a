"""Where runners are remembered."""
