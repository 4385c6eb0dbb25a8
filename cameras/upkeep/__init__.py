"""Who mends what: uptime by owner, planned work and work orders."""
