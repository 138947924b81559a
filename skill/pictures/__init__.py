"""Pictures: every movement as a figure of one build, drawn from where its joints are."""
