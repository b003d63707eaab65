"""Every address of the service."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config.health import health

# The admin's own sign-in page knows neither the limits on bad passwords nor a second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("health/", health, name="health"),
    path("accounts/", include("access.urls.account")),
    path("admin/", admin.site.urls),
    path("", include("access.urls.people")),
    path("", include("patients.urls")),
    path("", include("titration.urls")),
]

handler400 = "config.moments.unclear"
handler403 = "config.refusals.refused"
handler500 = "config.failures.failure"
