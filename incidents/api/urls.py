"""Addresses of the incidents API, under /api/v1/."""

from django.urls import path

from incidents.api import views

app_name = "incidents-api"
urlpatterns = [
    path("incidents", views.Incidents.as_view(), name="list"),
    path("incidents/<int:pk>", views.IncidentDetail.as_view(), name="detail"),
    path("incidents/<int:pk>/dispatch", views.DispatchUnit.as_view(), name="dispatch"),
    path("incidents/<int:pk>/arrive", views.Arrive.as_view(), name="arrive"),
    path("incidents/<int:pk>/note", views.AddNote.as_view(), name="note"),
    path("incidents/<int:pk>/close", views.Close.as_view(), name="close"),
    path("units", views.Units.as_view(), name="units"),
    path("sos", views.SosPoints.as_view(), name="sos"),
]
