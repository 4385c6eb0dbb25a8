"""Addresses of sign-in, people, wall screens and the audit log."""

from django.urls import path

from accounts.views import audit, me, people, screens, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.second_factor_check, name="second-factor-check"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("me/sign-out-everywhere/", me.sign_out_everywhere, name="sign-out-everywhere"),
    path("me/second-factor/", me.enrol, name="second-factor"),
    path("me/recovery-codes/", me.renew_recovery_codes, name="recovery-codes"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person-add"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.change, name="person-change"),
    path("people/<int:pk>/password/", people.reset_password, name="person-password"),
    path("people/<int:pk>/second-factor/", people.remove_second_factor, name="person-second-factor"),
    path("people/<int:pk>/revoke/", people.revoke, name="person-revoke"),
    path("people/<int:pk>/restore/", people.restore, name="person-restore"),
    path("people/<int:pk>/undo/", people.undo, name="person-undo"),
    path("screens/", screens.screens, name="screens"),
    path("screens/add/", screens.add, name="screen-add"),
    path("screens/<int:pk>/code/", screens.renew_code, name="screen-code"),
    path("screens/<int:pk>/revoke/", screens.revoke, name="screen-revoke"),
    path("wall/enrol/", screens.enrol, name="screen-enrol"),
    path("audit/", audit.audit, name="audit"),
    path("audit/seal/", audit.seal, name="audit-seal"),
    path("audit/export.csv", audit.export, name="audit-export"),
]
