"""What every form that records carries, and how it says a broken rule."""

from http import HTTPStatus
from uuid import uuid4

from django import forms

from access.forms.written import WrittenForm
from titration.policies import RuleBroken

# Where a broken rule is said: the field of this form for the field that the rule names.
FIELD_OF_RULE = {"effective": "on_day", "time": "on_time", "kind": None}


class SubmissionForm(WrittenForm):
    """A form that carries its own number, so that sending it twice records once.

    `seen` is the number of the newest entry of the log when the page was made, `entry` the text
    that is corrected or withdrawn: both as the person had them before their eyes. `status` is that
    of a page that shows the form again: 409 once the ledger has something else.
    """

    use_required_attribute = False
    status = HTTPStatus.OK

    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    entry = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid4())

    def break_rule(self, rule: RuleBroken) -> None:
        """Say a broken rule beside the field that it names, or above the form."""
        field = FIELD_OF_RULE.get(rule.field or "", rule.field)
        self.add_error(field if field in self.fields else None, rule.message)
