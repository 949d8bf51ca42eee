"""A conversation with the tutor: scenarios, prompts, speakable clauses, and feedback one can vouch for."""
