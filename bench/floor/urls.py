from django.urls import path

from bench.floor import views

urlpatterns = [
    path("empty/", views.empty),
    path("sign-in/", views.sign_in),
    path("auth1/", views.auth1),
    path("insert/", views.insert),
]
