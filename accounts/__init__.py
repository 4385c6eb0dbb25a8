"""People, roles, sign-in and wall screens: who may do what."""
