"""The cameras' API: the register and newest pictures."""
