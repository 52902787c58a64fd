"""Every page in every state that people meet, for pictures and for axe alike."""
