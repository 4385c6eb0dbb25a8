"""The wall's address."""

from django.urls import path

from ccoc.wall import views

urlpatterns = [path("wall/", views.wall, name="wall")]
