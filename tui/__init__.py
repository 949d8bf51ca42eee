"""What a person sees and presses: the Textual app, its screens and widgets, and the command line."""
