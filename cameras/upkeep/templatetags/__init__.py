"""Words of upkeep for templates."""
