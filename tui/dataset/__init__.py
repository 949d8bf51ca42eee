"""The Dataset screen: what the corrections add up to, what is suspicious, import, export and splits."""
