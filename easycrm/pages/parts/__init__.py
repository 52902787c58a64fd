"""Small components used by several pages; their looks are in assets/theme/parts.css."""
