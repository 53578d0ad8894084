# SPDX-License-Identifier: Apache-2.0
"""The forms of accounts: allauth's, with our rules and words."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.accounts import captcha, history, limits, second_factor
from cheeseshop.accounts.models import USERNAME, Recovery, User
from cheeseshop.accounts.passwords import LONGEST, PasswordRules
from cheeseshop.accounts.queries import user_named
from cheeseshop.core import current
from cheeseshop.mail_domains.queries import has_lapsed

_NO_LINKS = RegexValidator(r"://|www\.", _("A name has no addresses of sites in it."), inverse_match=True)


def _limit(field: forms.Field, longest: int) -> None:
    """Bound a field that allauth made without a bound."""
    field.validators.append(MaxLengthValidator(longest))
    field.widget.attrs["maxlength"] = str(longest)


class Plain:
    """A form without allauth's grey words in its fields: labels and hints say it, and stay while one types."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class NewPassword(Plain):
    """A form that sets a password: says what is asked of one, and how strong it is while it is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & {"oldpassword", "password1", "password2"}:
            _limit(self.fields[name], LONGEST)
            self.fields[name].help_text = ""
        self.fields["password1"].help_text = PasswordRules().get_help_text()
        self.fields["password1"].widget.attrs["data-strength"] = "/account/password-strength/"


def _name_itself(form: forms.Form) -> None:
    """Say what a username and an address are for, where an account is opened."""
    form.fields["username"].validators.append(USERNAME)
    form.fields["username"].help_text = gettext("Letters, digits, '.', '_' and '-'. It can never be changed.")
    form.fields["email"].label = gettext("E-mail address")


def _check_unclaimed(address: str) -> None:
    """Refuse an address that another account has verified; who only claims one keeps nobody out."""
    if EmailAddress.objects.filter(email=address.lower(), verified=True).exists():
        raise ValidationError(gettext("This address belongs to another account."), code="email_taken")


class Login(Plain, account.LoginForm):  # type: ignore[misc]
    """Log in by username and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext("Username")
        _limit(self.fields["password"], LONGEST)
        for field in self.fields.values():
            field.help_text = ""


class Register(NewPassword, account.SignupForm):  # type: ignore[misc]
    """Open an account."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        required=False,
        help_text=_("Shown on your profile. You may leave it empty, and change it later."),
        validators=[_NO_LINKS],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ("full_name", "email", "username", "password1", "password2", "website")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_itself(self)
        self.fields["email"].help_text = gettext("We send a link to it. It is not shown to others.")
        self.fields["website"].label = gettext("Leave this empty")
        self.fields["website"].widget = forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})

    def validate_unique_email(self, value: str) -> str:
        """Check that no other account has verified the address."""
        _check_unclaimed(value)
        return value

    def clean(self) -> dict[str, Any]:
        """Count the try, then check the captcha where one is asked for and all else is right: it is good once."""
        limits.spend(context.request, "register", "", gettext("Too many accounts were registered from your network."))
        cleaned: dict[str, Any] = super().clean()
        if captcha.is_required() and not self.errors:
            chosen, request = captcha.provider(), context.request
            token = str(self.data.get(chosen.field, "")) if chosen else ""
            captcha.check(token, get_adapter(request).get_client_ip(request))
        return cleaned

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the full name."""
        user.full_name = self.cleaned_data.get("full_name", "")
        user.save(update_fields=["full_name"])


class RegisterBySingleSignOn(Plain, social.SignupForm):  # type: ignore[misc]
    """Complete what the issuer told, where it could not be used as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_itself(self)


class AddAddress(Plain, account.AddEmailForm):  # type: ignore[misc]
    """Add an e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = gettext("New e-mail address")

    def clean_email(self) -> str:
        """Refuse what another account has verified, and more addresses than one person has."""
        value = str(super().clean_email())
        _check_unclaimed(value)
        limits.spend(context.request, "add_email", str(self.user.pk), gettext("Too many addresses were added."))
        return value


class ChangePassword(NewPassword, account.ChangePasswordForm):  # type: ignore[misc]
    """Change the password."""


class SetPassword(NewPassword, account.SetPasswordForm):  # type: ignore[misc]
    """Set a password where there is none."""


class ResetPassword(NewPassword, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """Choose a new password by a mailed link."""


class Reauthenticate(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    """Confirm the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ResetLink(account.UserTokenForm):  # type: ignore[misc]
    """What a mailed link must hold: somebody who may log in, and a token of theirs."""

    def _get_user(self, uidb36: str) -> User | None:
        user: User | None = super()._get_user(uidb36)
        return user if user is not None and user.may_log_in else None


class AskReset(forms.Form):
    """Ask for a link that resets a password. The answer is the same whoever is named."""

    email = forms.CharField(label=_("Username or e-mail address"), max_length=254)

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Mail a link to the accounts that were meant, under a limit for each."""
        named = str(self.cleaned_data["email"]).strip()
        for user, address in _meant(named):
            try:
                limits.spend(request, "reset_password_of", str(user.pk), "")
            except limits.TooMany:
                continue
            history.record(user, "account:password:reset:request", request)
            account.flows.password_reset.request_password_reset(
                request, address, [user], account.default_token_generator
            )
        return named


def _meant(named: str) -> list[tuple[User, str]]:
    """Return the accounts, with the address to write to, that a name or an address may mean."""
    if "\0" in named or not current.settings().password_login:
        return []
    if "@" in named:
        rows = EmailAddress.objects.filter(email=named.lower()).select_related("user")
        found = [(row.user, row.email) for row in rows if row.verified or row.primary]
    else:
        user = user_named(named)
        found = [(user, user.email)] if user is not None and user.email else []
    meant = [(user, address) for user, address in found if user.may_log_in and not user.is_staff]
    return [(user, address) for user, address in meant if not has_lapsed(address)]


class _CodeForm(Plain, mfa.BaseAuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = gettext("Code")
        _limit(field, 40)
        field.help_text = gettext("From your authentication application, or one of your recovery codes.")

    def clean_code(self) -> str:
        """Use the code up, under the limits of second factors."""
        code = str(self.cleaned_data["code"])
        key = str(self.user.pk)
        spent = limits.spend(context.request, "second_factor", key, gettext("Too many wrong codes."))
        try:
            self.authenticator = second_factor.use_code(self.user, code)
        except ValidationError:
            tried = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
            if first := tried.order_by("-type").first():
                self._emit_authentication_failed(first)
            raise
        spent.rollback()
        limits.clear(context.request, "second_factor", key)
        return code


class Authenticate(_CodeForm, mfa.AuthenticateForm):  # type: ignore[misc]
    """The second factor at log-in, as a code."""


class ReauthenticateByCode(_CodeForm, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code instead of a password, for accounts that have none."""


class ActivateApplication(Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    """Set up an authentication application, by a first code of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext("Code that the application shows")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}

    def clean_code(self) -> str:
        """Check the first code; its moment is kept, so that it can't be used again to log in."""
        spent = limits.spend(context.request, "second_factor", str(self.user.pk), gettext("Too many wrong codes."))
        code = str(self.cleaned_data["code"])
        self.step = second_factor.check_step(second_factor.step_of(self.secret, code))
        spent.rollback()
        return code

    def note_step(self, made: Authenticator) -> None:
        """Keep the first code's moment with the application that was made."""
        made.data["last_step"] = self.step
        made.save(update_fields=["data"])


class AddDevice(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """Add a security device."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext("Name of the device")
        _limit(self.fields["name"], 64)
        self.fields["name"].help_text = gettext("So that you can tell your devices apart, such as “blue key”.")

    def clean_name(self) -> str:
        """Check that no other device of the person has the name."""
        name = str(super().clean_name())[:64]
        if name in _device_names(self.user):
            raise ValidationError(gettext("You have a device named %(name)s already.") % {"name": name})
        return name


def _device_names(user: User) -> set[str]:
    return {a.wrap().name for a in Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)}


class RenameDevice(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Rename a security device."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext("Name of the device")
        _limit(self.fields["name"], 64)

    def clean_name(self) -> str:
        """Check that no other device of the person has the name."""
        name = str(self.cleaned_data["name"])[:64]
        if name != self.instance.wrap().name and name in _device_names(self.instance.user):
            raise ValidationError(gettext("You have a device named %(name)s already.") % {"name": name})
        return name


class _DeviceForm(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Authenticator:
        """Check what the device signed, and that its counter went up."""
        credential = self.cleaned_data["credential"]
        device: Authenticator = super().clean_credential()
        second_factor.check_counter(device, credential)
        return device


class AuthenticateByDevice(_DeviceForm):
    """The second factor at log-in, as a security device."""


class LoginByPasskey(_DeviceForm, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """Log in with a passkey alone."""


class ReauthenticateByDevice(_DeviceForm, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A security device instead of a password, for accounts that have none."""


class ConfirmCodes(forms.Form):
    """Type one recovery code, which shows that they were kept."""

    code = forms.CharField(
        label=_("One of your recovery codes"),
        max_length=40,
        help_text=_("It is used up by this; seven are left."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class Profile(forms.ModelForm):  # type: ignore[type-arg]
    """What a person tells of themselves."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        required=False,
        validators=[_NO_LINKS],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    public_email = forms.ChoiceField(
        label=_("Public e-mail address"),
        required=False,
        help_text=_(
            "One of your verified addresses, shown to people who are logged in. It counts as"
            " verified where a project of yours names it as its author's or maintainer's."
        ),
    )

    class Meta:
        model = User
        fields = ("full_name", "public_email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verified = EmailAddress.objects.filter(user=self.instance, verified=True).order_by("email")
        mine = [(email, email) for email in verified.values_list("email", flat=True)]
        self.fields["public_email"].choices = [("", gettext("None")), *mine]  # type: ignore[attr-defined]


class TypeUsername(forms.Form):
    """Type the username, to show that deleting is meant."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["username"] = forms.CharField(
            label=gettext("Type %(username)s to delete the account") % {"username": user.username},
            max_length=50,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean_username(self) -> str:
        """Check that the very name was typed."""
        if self.cleaned_data["username"] != self.user.username:
            raise ValidationError(gettext("This is not %(username)s.") % {"username": self.user.username})
        return self.user.username


class OpenRecovery(forms.ModelForm):  # type: ignore[type-arg]
    """Ask for an account whose keys are lost."""

    username = forms.CharField(label=_("Username of the account"), max_length=50)

    class Meta:
        model = Recovery
        fields = ("reach", "story")
        labels: ClassVar[dict[str, Any]] = {
            "reach": _("E-mail address where we reach you"),
            "story": _("What happened"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "story": _("What you lost, which projects are yours, and how you could prove it. Administrators read this.")
        }
        widgets: ClassVar[dict[str, Any]] = {"story": forms.Textarea(attrs={"rows": 6})}

    field_order = ("username", "reach", "story")


class AnswerRecovery(forms.Form):
    """Answer what an administrator asked."""

    answer = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
