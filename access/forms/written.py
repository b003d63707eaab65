"""Texts that show on a page as they are kept."""

import re

from django import forms
from django.utils.translation import gettext as _

# Signs that do not show, or turn the direction of writing, so that words and figures show in
# another order than they are kept; line breaks and tabs are writing.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class WrittenForm(forms.Form):
    """A form that takes no text with signs by which it would be read back otherwise than it is.

    "Take 01" and a sign that turns the writing around is read as "Take 10" on a page, and is
    neither in a file.
    """

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook for what comes after `clean`
        for name, typed in list(self.cleaned_data.items()):
            if isinstance(typed, str) and name in self.fields and HIDDEN.search(typed):
                self.add_error(
                    name,
                    _(
                        "This holds hidden signs, which text pasted from elsewhere can bring: "
                        "type it instead."
                    ),
                )
