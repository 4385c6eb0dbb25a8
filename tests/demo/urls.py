"""Addresses of the portal with those of the demo, which are there only while settings.DEMO."""

from django.urls import include, path

from ccoc.urls import handler403, handler404, handler500
from ccoc.urls import urlpatterns as portal

urlpatterns = [path("", include("ccoc.demo.urls")), *portal]

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
