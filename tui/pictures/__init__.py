"""The pictures of the README, made by the app itself: `python -m tui.pictures`."""
