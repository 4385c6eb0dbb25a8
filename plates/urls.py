"""Addresses of plate reads and the watchlist, under /plates/."""

from django.urls import path

from plates import hooks
from plates.views import importing, reads, sources, watchlist

app_name = "plates"
urlpatterns = [
    path("hooks/<str:code>", hooks.receive_reads, name="hook"),
    path("hits", reads.list_hits, name="hits"),
    path("reads", reads.search_reads, name="reads"),
    path("pictures/<path:name>", reads.show_picture, name="picture"),
    path("readers", sources.list_sources, name="sources"),
    path("readers/new", sources.add_source, name="source-add"),
    path("readers/<str:code>", sources.show_source, name="source"),
    path("readers/<str:code>/secret", sources.rotate_secret, name="source-secret"),
    path("readers/<str:code>/retire", sources.retire_source, name="source-retire"),
    path("import", importing.upload, name="import"),
    path("import/<int:pk>/columns", importing.columns, name="import-columns"),
    path("import/<int:pk>", importing.check, name="import-check"),
    path("import/<int:pk>/bad-rows", importing.bad_rows, name="import-bad-rows"),
    path("import/<int:pk>/finish", importing.finish, name="import-finish"),
    path("import/<int:pk>/drop", importing.drop, name="import-drop"),
    path("watchlist", watchlist.list_entries, name="watchlist"),
    path("watchlist/new", watchlist.add_entry, name="entry-add"),
    path("watchlist/<int:pk>", watchlist.show_entry, name="entry"),
    path("watchlist/<int:pk>/approve", watchlist.approve_entry, name="entry-approve"),
    path("watchlist/<int:pk>/revoke", watchlist.revoke_entry, name="entry-revoke"),
]
