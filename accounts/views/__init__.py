"""Pages of sign-in, people, wall screens and the audit log."""

from accounts.views.sign_in import locked_out

__all__ = ["locked_out"]  # named in AXES_LOCKOUT_CALLABLE
