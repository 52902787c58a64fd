"""Plain HTTP: sign-in and sign-out, the message frame, health."""
