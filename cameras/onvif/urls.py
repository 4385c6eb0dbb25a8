"""Addresses of the pages that add a camera step by step."""

from django.urls import path

from cameras.onvif import views

app_name = "onvif"
urlpatterns = [
    path("cameras/add/guided", views.guided, name="guided"),
    path("cameras/add/search", views.search, name="search"),
    path("cameras/add/save", views.save, name="save"),
]
