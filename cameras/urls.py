"""Addresses of the camera register's pages."""

from django.urls import path

from cameras import pictures
from cameras.views import credentials, importing, live, registry

app_name = "cameras"
urlpatterns = [
    path("cameras/", registry.registry, name="registry"),
    path("cameras/live", live.layouts, name="live"),
    path("cameras/add", registry.add, name="add"),
    path("cameras/export.csv", registry.export_register, {"kind": "csv"}, name="export-csv"),
    path("cameras/export.xlsx", registry.export_register, {"kind": "xlsx"}, name="export-xlsx"),
    path("cameras/passwords", credentials.credentials, name="credentials"),
    path("cameras/import/", importing.upload, name="import"),
    path("cameras/import/<int:pk>/columns", importing.columns, name="import-columns"),
    path("cameras/import/<int:pk>/check", importing.check, name="import-check"),
    path("cameras/import/<int:pk>/fix", importing.fix, name="import-fix"),
    path("cameras/import/<int:pk>/to-mend.csv", importing.bad_rows, name="import-bad-rows"),
    path("cameras/import/<int:pk>/finish", importing.finish, name="import-finish"),
    path("cameras/<str:code>/", registry.camera, name="camera"),
    path("cameras/<str:code>/retire", registry.retire, name="retire"),
    path("cameras/<str:code>/thumb.jpg", registry.picture, {"folder": pictures.THUMBS}, name="thumb"),
    path("cameras/<str:code>/still.jpg", registry.picture, {"folder": pictures.STILLS}, name="still"),
]
