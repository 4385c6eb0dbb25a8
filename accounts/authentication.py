"""The API's view of who is asking: the same person or wall screen as everywhere, with CSRF enforced."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from accounts.principals import Principal, principal_of


class PortalAuthentication(SessionAuthentication):
    """Session cookie or wall cookie; every unsafe method needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        principal = principal_of(request._request)
        if not principal.is_authenticated:
            return None
        self.enforce_csrf(request)
        return principal, None
