"""Addresses of the cameras' API, under /api/v1/."""

from django.urls import path

from cameras.api import learning, views

app_name = "cameras-api"
urlpatterns = [
    path("cameras", views.list_cameras, name="list"),
    path("cameras/states", views.list_states, name="states"),
    path("cameras/sheet", views.show_sheet, name="sheet"),
    path("cameras/<str:code>/saw-nothing", learning.say_nothing_seen, name="saw-nothing"),
    path("saw-nothing/<int:pk>/undo", learning.undo_nothing_seen, name="saw-nothing-undo"),
    path("cameras/<str:code>/still", views.show_still, name="still"),
    path("cameras/<str:code>/live", views.open_live, name="live"),
]
