"""`{% dose_list row %}` writes the lines of a dose and their total."""

from django.template import Library

from titration.presenters.dose_list import dose_list

register = Library()
register.simple_tag(dose_list)
