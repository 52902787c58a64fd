"""Everything a person sees; one file is one page and its State."""
