"""Every change to people, their second factor and wall screens; each writes its audit entry."""
