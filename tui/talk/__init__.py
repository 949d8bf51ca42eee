"""The Talk screen: the conversation, what is being said, suggestions, a new session."""
