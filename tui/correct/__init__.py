"""The Correct screen: the queue of segments, their sound and their text, corrected from the keyboard."""
