"""The only place that knows Google or Microsoft."""
