"""Small components used by several pages."""
