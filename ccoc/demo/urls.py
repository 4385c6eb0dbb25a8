"""Addresses of the demo, there only while settings.DEMO."""

from django.urls import path

from ccoc.demo import views

app_name = "demo"
urlpatterns = [
    path("demo", views.landing, name="landing"),
    path("demo/enter", views.enter, name="enter"),
    path("demo/press", views.press, name="press"),
    path("demo/fault", views.fault, name="fault"),
    path("demo/cameras.csv", views.sheet, name="sheet"),
    path("demo/cameras-12-faults.csv", views.sheet, {"faulty": True}, name="faulty-sheet"),
]
