"""Addresses of the wall's API, under /api/v1/."""

from django.urls import path

from ccoc.wall.api import views

app_name = "wall-api"
urlpatterns = [
    path("wall/snapshot", views.show_snapshot, name="snapshot"),
    path("wall/sheet", views.show_sheet, name="sheet"),
    path("wall/views", views.show_views, name="views"),
]
