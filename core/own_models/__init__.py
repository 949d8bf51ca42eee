"""The models that a person chooses, adds, tries and removes, beside those that come with the app."""
