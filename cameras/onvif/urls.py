"""Addresses of the pages that add a camera step by step, or connect one that is known."""

from django.urls import path

from cameras.onvif import connecting, views

app_name = "onvif"
urlpatterns = [
    path("cameras/add/guided", views.guided, name="guided"),
    path("cameras/add/search", views.search, name="search"),
    path("cameras/add/save", views.save, name="save"),
    path("cameras/<str:code>/onvif", connecting.connect, name="connect"),
    path("cameras/<str:code>/onvif/save", connecting.save, name="connect-save"),
    path("cameras/<str:code>/onvif/disconnect", connecting.disconnect, name="disconnect"),
]
