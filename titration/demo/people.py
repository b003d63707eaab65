"""The clinic of the demonstration and the people who work there."""

from dataclasses import dataclass

from access.models import Role

CLINIC = {
    "name": "Riverside Spasticity and Neurology Clinic (demonstration)",
    "time_zone": "Europe/London",
    "telephone": "020 7946 0123",  # a number kept for drama: it rings nowhere
}
PASSWORD = "river bank willow"  # noqa: S105 - told to everybody who tries the demonstration


@dataclass(frozen=True)
class Person:
    """Somebody who signs in: the address before the @, the name as shown, role and profession."""

    key: str
    name: str
    profession: str
    role: Role

    @property
    def email(self) -> str:
        return f"{self.key}@riverside.example"


OSEI, BANERJEE, LIND, MOREAU = "osei", "banerjee", "lind", "moreau"

PEOPLE = (
    Person(OSEI, "Dr A. Osei", "neurologist", Role.PRESCRIBER),
    Person(BANERJEE, "Dr P. Banerjee", "consultant in rehabilitation medicine", Role.PRESCRIBER),
    Person(LIND, "J. Lind", "nurse", Role.RECORDER),
    Person("whitfield", "S. Whitfield", "physiotherapist", Role.VIEWER),
    Person("castellan", "R. Castellan", "information governance", Role.AUDITOR),
    Person(MOREAU, "H. Moreau", "clinic manager", Role.ADMINISTRATOR),
)
