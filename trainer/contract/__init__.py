"""What the app and the trainer must agree on about a job folder: its files, knobs, clips, events and report.

Plain data, read by `core` and by `trainer`, and the one owner of each of these facts. Importing it loads the
standard library and nothing heavy, so the app can ask it without a trainer being installed.
"""
