"""Shapes of what people type; the rules are in the services."""

from typing import cast

from django import forms
from django.contrib.auth import password_validation
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Role
from accounts.models import User

HAND_TYPED = {"autocomplete": "off", "autofocus": True, "spellcheck": "false"}


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={**HAND_TYPED, "autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,  # argon2 would hash megabytes as willingly
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """Six digits of the phone, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=16,
        widget=forms.TextInput(attrs={**HAND_TYPED, "autocomplete": "one-time-code"}),
    )


class PairingForm(forms.Form):
    """The code that a supervisor reads out to the person at the wall."""

    code = forms.CharField(
        label=_("Pairing code"),
        max_length=16,
        widget=forms.TextInput(attrs={**HAND_TYPED, "autocapitalize": "characters"}),
    )


class PersonForm(forms.Form):
    """What a supervisor may change of a person."""

    display_name = forms.CharField(label=_("Name"), max_length=120)
    rank = forms.CharField(label=_("Rank"), max_length=40, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A person may hold several. Without a role, signing in leads nowhere."),
    )


class NewPersonForm(PersonForm):
    """A person who is not there yet."""

    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9._-]*$", _("Use a–z, 0–9, dot, hyphen; begin with a letter."))
        ],
        help_text=_("For signing in; it cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ["username", "rank", "display_name", "roles"]

    def clean_username(self) -> str:
        """Names that differ only in case are one name to people."""
        name = cast(str, self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("Somebody has this user name already."))
        return name


class ReasonForm(forms.Form):
    """Why; read later in the audit log."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class RolesForm(forms.Form):
    """Roles alone."""

    roles = forms.MultipleChoiceField(choices=Role.choices, required=False)


class ScreenForm(forms.Form):
    """A new wall screen."""

    name = forms.CharField(
        label=_("Where it hangs"),
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Control room, left")}),
    )


class PasswordForm(forms.Form):
    """Change one's own password."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("12 characters or more. Four unrelated words are easy to keep in mind."),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, person: User, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # Form's own arguments, passed on
        self.person = person

    def clean_old(self) -> str:
        old = cast(str, self.cleaned_data["old"])
        if not self.person.check_password(old):
            raise forms.ValidationError(_("This is not the present password."))
        return old

    def clean_new(self) -> str:
        new = cast(str, self.cleaned_data["new"])
        password_validation.validate_password(new, self.person)
        return new

    def clean(self) -> None:
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", _("The two new passwords differ."))
        if new and new == self.cleaned_data.get("old"):
            self.add_error("new", _("Choose a password that differs from the present one."))
