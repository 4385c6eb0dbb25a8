"""Addresses of evidence, under /evidence/."""

from django.urls import path

from cameras.evidence import checking, copying, views

app_name = "evidence"
urlpatterns = [
    path("", views.list_packs, name="list"),
    path("new", views.new_pack, name="new"),
    path("estimate", views.show_estimate, name="estimate"),
    path("check", checking.check_file, name="check"),
    path("keys", checking.list_keys, name="keys"),
    path("keys/<int:pk>.pem", checking.public_key, name="public-key"),
    path("verify.py", checking.verifier, name="verifier"),
    path("<int:pk>/", views.show_pack, name="pack"),
    path("<int:pk>/progress", views.show_progress, name="progress"),
    path("<int:pk>/download", views.download, name="download"),
    path("<int:pk>/hand-over", views.hand_over, name="hand-over"),
    path("<int:pk>/try-again", views.try_again, name="try-again"),
    path("<int:pk>/copy", copying.make_copy, name="copy"),
    path("<int:pk>/stills/<str:code>.jpg", copying.still, name="still"),
    path("<int:pk>/form", views.custody_form, name="form"),
]
