"""Bringing a patient's whole record in, from the tables that a Dose Ledger wrote of it.

Everything comes as it was recorded, corrections and withdrawals too, in its order; who brings it in
records it, and each record's Origin says by whom and when it was recorded first. What is there
already is left as it is. docs/adr/0028 says what becomes of people, medicines and measures.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models
from django.utils.translation import gettext as _

from access import progress
from access.models import Clinic, User
from access.policies import RECORD, check
from ledger.models import Entry, FileFormat, ImportedFile, Origin, Record, Retraction
from ledger.writing import AlreadySuperseded, Asking, Log, record_model, verb, writing
from patients import projection as people
from patients.context import ALLERGIES
from patients.models import (
    Arrival,
    ContextConfirmation,
    ContextVersion,
    Patient,
    PatientVersion,
    SamePerson,
    Transfer,
)
from titration import patient_rows, policies, projection
from titration.actions.answering import name_who_answers
from titration.actions.catalogued import Catalogue
from titration.actions.imports import FileText, begin_import, bring, nothing_new
from titration.actions.record_identity import check_alone, has, made_anew, renewed, uuid_of
from titration.actions.record_rules import Rules
from titration.actions.shared import two_names
from titration.importing import First
from titration.models import Measure, Medicine, Plan, PlannedRow, Regimen
from titration.policies import RuleBroken
from titration.tables.building import built
from titration.tables.columns import Column
from titration.tables.entries import Said, entries_of
from titration.tables.reading import ReadTables, TablesRefused, Values

AT_ONCE = 1000

OF_OTHERS = frozenset({SamePerson.KIND, Transfer.KIND, Arrival.KIND})
"""What tells of other records, of that clinic or of others, which this one does not have."""

NOT_BROUGHT = frozenset({ImportedFile.KIND, Origin.KIND}) | OF_OTHERS
"""Beside those what tells of earlier files, which goes into the Origins of what they brought."""

OF_PERSON = frozenset({PatientVersion.KIND, ContextVersion.KIND, ContextConfirmation.KIND})
"""What is left out for a patient of the clinic whose identity is another than the file's."""


@verb
def import_record(
    *,
    clinic: Clinic,
    read: ReadTables,
    name: str,
    responsible: User,
    into: Patient | None = None,
    others: tuple[UUID, ...] = (),
    by: User,
    submission: Asking,
):
    """Record what a file of tables says and the clinic has not yet. Returns the ImportedFile.

    The patient is the one of the file, who is new to the clinic or has this identity in it, or
    `into`, whom the person says to be the same: then what the clinic knows of them stays as it is.
    `responsible` is the prescriber of the clinic who answers from here on for what others had in
    hand. `others` are patients of whom the person said that this is somebody else.

    Where everything is there already the answer is the ImportedFile of then. Raises TablesRefused
    with the place, RuleBroken, ProbableDuplicate, and what the ledger raises.
    """
    check(by, clinic, RECORD)
    policies.check_prescribes_at(responsible, clinic, "responsible")
    with writing(clinic, by=by, submission=submission) as log:
        text = FileText(name, read.sha256, FileFormat.LEDGER_CSV, read.rows)
        return bring_record(log, read, text, responsible, into=into, others=others)


def bring_record(
    log: Log,
    read: ReadTables,
    text: FileText,
    responsible: User,
    *,
    into: Patient | None = None,
    others: Collection[UUID] = (),
    within: UUID | None = None,
) -> ImportedFile:
    """As `import_record`, in an open write and unasked who may.

    With `within` every identity is made anew from that, also where the clinic has it.
    """
    entries = _to_be_brought(entries_of(read))
    bringing = _Bringing(log, read, responsible, into, within)
    new = bringing.new(entries)
    if not new:
        raise nothing_new(bringing.patient, text)
    if bringing.is_new_patient:
        check_alone(log.clinic, read, others)
    bringing.bring(new, begin_import(log, bringing.patient, text))
    try:
        log.flush()
    except (IntegrityError, DataError) as broken:
        raise TablesRefused(
            _(
                "What the file says cannot be kept: two of its records exclude each other, or "
                "a value is not one that its column can have."
            )
        ) from broken
    bringing.refresh()
    return bringing.file


class _Bringing:
    """An open write of a file: what was made of its entries so far, by their numbers there."""

    def __init__(
        self,
        log: Log,
        read: ReadTables,
        responsible: User,
        into: Patient | None,
        within: UUID | None,
    ) -> None:
        self.log = log
        self.read = read
        self.responsible = responsible
        self.is_arrival = within is not None
        self.within = within or made_anew(log.clinic, read)
        self.catalogue = Catalogue(log)
        self.rules = Rules()
        self.made: dict[int, Record] = {}
        self.brought: list[Record] = []
        self.regimens: dict[UUID, Regimen] = {}
        self.plans: dict[UUID, Plan] = {}
        self.first = {row["brought"]: row for row in read.tables["origins"]}
        self.replaced = {row["supersedes"] for row in read.tables["entries"]}
        self.theirs = uuid_of(read)
        ours = self.renewed(self.theirs)
        self.answered = {
            self.renewed(row["answers"]) for row in read.tables["contacts"] if row["answers"]
        }
        self.is_into_another = into is not None and into.pk != ours
        found = into or Patient.objects.filter(pk=ours, clinic=log.clinic).first()
        self.is_new_patient = found is None
        self.patient = found or Patient(pk=ours, clinic=log.clinic)
        if self.is_new_patient:
            log.create(self.patient)
        else:
            log.check_not_erased(self.patient.pk)

    def renewed(self, identity: UUID) -> UUID:
        """An identity of the file as this clinic has it."""
        return renewed(self.within, identity)

    def identity(self, theirs: UUID) -> UUID:
        return self.patient.pk if theirs == self.theirs else self.renewed(theirs)

    # What is there already

    def new(self, entries: Iterable[Said]) -> list[Said]:
        """The entries that the clinic does not have; the others are known from here on."""
        entries = [e for e in entries if not (self.is_into_another and e.kind in OF_PERSON)]
        self._check_identities(entries)
        if self.is_new_patient:
            return entries
        there = self._there(entries)
        self.regimens = {each.pk: each for each in self.patient.regimens.all()}
        self.plans = {each.pk: each for each in Plan.objects.filter(regimen__in=self.regimens)}
        first = _first_moments(self.patient)
        for entry, record in _records_of(self.patient):
            at = first.get(entry.pk) or self.log.clinic.local(entry.recorded_at)
            self.rules.learn(record, entry.subject, entry.number, at)
            for number in there.get(entry.pk, ()):
                self.made[number] = record
        return [said for said in entries if said.number not in self.made]

    def _there(self, entries: Sequence[Said]) -> dict[UUID, list[int]]:
        """By entry of the clinic: the numbers in the file that it stands for."""
        numbers: dict[str, list[int]] = {}
        for said in entries:
            first = self.first.get(said.number)
            for digest in {said.entry["digest"], first["first_digest"] if first else ""} - {""}:
                numbers.setdefault(digest, []).append(said.number)
        own = Entry.objects.filter(patient=self.patient.pk)
        brought = Origin.objects.filter(brought__patient=self.patient.pk)
        pairs = [*own.values_list("pk", "digest"), *brought.values_list("brought", "first_digest")]
        there: dict[UUID, list[int]] = {}
        for entry, digest in pairs:
            there.setdefault(entry, []).extend(numbers.get(digest, ()))
        return there

    def _check_identities(self, entries: Sequence[Said]) -> None:
        """Nothing of the file has an identity that is somebody else's here."""
        subjects = {self.identity(said.entry["subject"]) for said in entries}
        rows = {
            self.identity(row["row"])
            for said in entries
            for row in said.parts.get("planned_rows", ())
        }
        theirs = Entry.objects.exclude(patient=self.patient.pk)
        planned = PlannedRow.objects.exclude(version__plan__regimen__patient=self.patient)
        if has(theirs, "subject", subjects) or has(planned, "row", rows):
            raise TablesRefused(
                _("Something in the file has the identity of something of another patient here.")
            )

    # What is new

    def bring(self, entries: Sequence[Said], file: ImportedFile) -> None:
        """Add the records of these entries, each with its Origin."""
        self.file = file
        for done, said in enumerate(entries):
            progress.tell(done, len(entries))
            try:
                self._bring(said)
            except TablesRefused:
                raise
            except RuleBroken as rule:
                raise said.refused(str(rule.message), rule.field or "") from rule
            except AlreadySuperseded as later:
                raise said.refused(
                    _("Entry %(number)s of this clinic has corrected or withdrawn it already.")
                    % {"number": f"{later.entry.number:,}"}
                ) from later
            except ValueError as unfit:  # parts of one value that do not go together
                raise said.refused(_("This row cannot be read.")) from unfit
            except ValidationError as invalid:
                column, words = next(iter(invalid.message_dict.items()))
                raise said.refused(" ".join(words), column) from invalid

    def _bring(self, said: Said) -> None:
        entry = said.entry
        subject = self.identity(entry["subject"])
        at = self._recorded_at(said)
        self.log.named(self.log.by.name)
        record = built(said, self._relate, self.identity)
        if not (self.is_arrival or said.number in self.replaced):
            name_who_answers(record, self.answered)
        _check_agrees(record, subject, self.patient)
        supersedes = self.made.get(entry["supersedes"])
        self.rules.check(record, subject, at, is_correction=supersedes is not None)
        self.log.named(_both_names(entry["recorded_by_name"], self.log.by.name))
        bring(
            self.log,
            self.file,
            record,
            said.place,
            self._first(said),
            subject=subject,
            supersedes=supersedes.entry if supersedes else None,
        )
        self.rules.learn(record, subject, record.entry.number, at)
        self.made[said.number] = record
        self.brought.append(record)

    def _recorded_at(self, said: Said) -> datetime:
        """When it was recorded first, on the clock of that clinic."""
        try:
            zone = ZoneInfo(said.entry["time_zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise said.refused(_("This time zone is not known.")) from None
        if said.entry["recorded_at"] > self.log.recorded_at:
            raise said.refused(_("It was recorded at a time that has not come yet."))
        return said.entry["recorded_at"].astimezone(zone)

    def _first(self, said: Said) -> First:
        """How it was recorded first; where it was brought in before, what its Origin says of it."""
        first, entry = self.first.get(said.number), said.entry
        if first is not None and first["first_digest"]:
            return First(**{name: first[f"first_{name}"] for name in First.__dataclass_fields__})
        return First(
            number=entry["number"],
            digest=entry["digest"],
            clinic=self.read.said["clinic"][:200],
            recorded_by=entry["recorded_by_name"],
            recorded_at=entry["recorded_at"],
            time_zone=entry["time_zone"],
        )

    # What a record leads to

    def _relate(self, column: Column, row: Values) -> models.Model | None:
        """What a column of a record leads to here."""
        to, value = column.field.related_model, row[column.name]
        if to is User:
            return self._person(column, row)
        if to is Medicine:
            return self.catalogue.medicine(row)
        if to is Measure:
            return self.catalogue.measure(row)
        if value is None:
            return None
        if to is Patient:
            return self._known({self.theirs: self.patient}, value, column)
        if to is Regimen:
            return self._regimen(value, opens="responsible_id" in row)
        if to is Plan:
            return self._plan(value, row.get("regimen"))
        return self._known(self.made, value, column)

    def _person(self, column: Column, row: Values) -> User | None:
        """Nobody, where a name may stand alone; else the prescriber who answers from here on.

        Of a call back that is still to come somebody here has to make it.
        """
        needs_somebody = column.name == "call_back_by_id" and row["call_back_on"] is not None
        return self.responsible if needs_somebody or not column.field.null else None

    def _regimen(self, theirs: UUID, *, opens: bool) -> Regimen:
        key = self.identity(theirs)
        if key not in self.regimens and opens:
            regimen = Regimen(pk=key, clinic=self.log.clinic, patient=self.patient)
            self.log.create(regimen)
            self.regimens[key] = regimen
        return self._known(self.regimens, key, None)

    def _plan(self, theirs: UUID, regimen: UUID | None) -> Plan:
        key = self.identity(theirs)
        if key not in self.plans and regimen is not None:
            of = self._regimen(regimen, opens=False)
            plan = Plan(pk=key, clinic=self.log.clinic, regimen=of)
            self.log.create(plan)
            self.plans[key] = plan
        found = self._known(self.plans, key, None)
        if regimen is not None and found.regimen_id != self.identity(regimen):
            raise RuleBroken("regimen", _("The plan is of another regimen."))
        return found

    def _known(self, known: Mapping, key: Any, column: Column | None) -> Any:
        if key not in known:
            raise RuleBroken(
                column.name if column else None, _("What this names was not recorded before it.")
            )
        return known[key]

    # Afterwards

    def refresh(self) -> None:
        """Make what finds and lists the patient say what was brought."""
        brought = self.brought
        if versions := [each for each in brought if isinstance(each, PatientVersion)]:
            people.refresh(versions[-1:])
            people.standing_changed(self.patient.pk)
        allergies = [
            each for each in brought if isinstance(each, ContextVersion) and each.topic == ALLERGIES
        ]
        if allergies:
            people.refresh_allergies(allergies[-1])
        projection.refresh(self.regimens.values())
        patient_rows.refresh([self.patient])


def _to_be_brought(entries: Sequence[Said]) -> list[Said]:
    """The entries without those of NOT_BROUGHT, and without what withdrew them."""
    lines = {said.entry["subject"] for said in entries if said.kind in OF_OTHERS}
    return [
        said
        for said in entries
        if said.kind not in NOT_BROUGHT
        and not (said.kind == Retraction.KIND and said.entry["subject"] in lines)
    ]


def _both_names(first: str, by: str) -> str:
    """Who recorded it first, and who brings it in."""
    return two_names(_("%(name)s, brought in by %(by)s"), name=first, by=by)


def _check_agrees(record: Record, subject: UUID, patient: Patient) -> None:
    """The entry is of the line and of the patient that the record itself names."""
    named = {"subject": subject, "patient": patient.pk}
    for column, path in record.AGREES.items():
        if column in named:
            value = attrgetter(path.replace("__", "."))(record)
            if getattr(value, "pk", value) != named[column]:
                raise RuleBroken(None, _("The entry names another line than its record."))


def _records_of(patient: Patient) -> Iterator[tuple[Entry, Record]]:
    """Everything that the clinic has of a patient, in the order of its recording."""
    found = []
    for kind in Entry.objects.filter(patient=patient.pk).values_list("kind", flat=True).distinct():
        model = record_model(kind)
        rows = model._default_manager.filter(entry__patient=patient.pk)
        found += [(row.entry, row) for row in rows.select_related("entry")]
    return iter(sorted(found, key=lambda pair: pair[0].number))


def _first_moments(patient: Patient) -> dict[UUID, datetime]:
    """By entry that was brought in: when it was recorded first, on the clock of that clinic."""
    origins = Origin.objects.filter(brought__patient=patient.pk, first_recorded_at__isnull=False)
    rows = origins.values_list("brought", "first_recorded_at", "first_time_zone")
    return {entry: at.astimezone(ZoneInfo(zone or "UTC")) for entry, at, zone in rows if at}
