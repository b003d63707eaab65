"""The command that makes the disposable rows anew."""

import pytest
from django.core.management import call_command

from access.models import Role
from ledger.verification import values
from patients.models import PatientCard
from tests.factories import member
from tests.titration.factories import regimen_of, step_of
from titration.models import RegimenCard, WorklistRow

pytestmark = pytest.mark.django_db


def test_the_rows_come_back_as_the_actions_wrote_them(capsys):
    regimen = regimen_of()
    step_of(regimen, by=member(regimen.regimen.clinic, Role.RECORDER))
    tables = (PatientCard, RegimenCard, WorklistRow)
    before = [set(map(values, table.objects.all())) for table in tables]
    RegimenCard.objects.update(step=None, state="nothing")
    WorklistRow.objects.all().delete()
    call_command("rebuild_projection")
    assert [set(map(values, table.objects.all())) for table in tables] == before
    assert "Regimens: 1 made anew." in capsys.readouterr().out
