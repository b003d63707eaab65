"""The medicine list of the demonstration: names, forms and strengths as they are supplied.

No doses. Strengths as in the British National Formulary's lists of medicinal forms.
"""

from titration.actions import MedicineText
from titration.models import Route

BACLOFEN = "Baclofen"
CO_CARELDOPA = "Co-careldopa"
CARBAMAZEPINE = "Carbamazepine"
FENTANYL = "Fentanyl"
FOLIC_ACID = "Folic acid"
GABAPENTIN = "Gabapentin"
LAMOTRIGINE = "Lamotrigine"
METHOTREXATE = "Methotrexate"
METHYLPREDNISOLONE = "Methylprednisolone"
MORPHINE = "Morphine sulfate"
PREGABALIN = "Pregabalin"
TIZANIDINE = "Tizanidine"
VALPROATE = "Sodium valproate"
WARFARIN = "Warfarin sodium"

MEDICINES = (
    MedicineText(
        BACLOFEN,
        forms=("tablet", "oral solution", "solution for infusion", "solution for injection"),
        routes=(Route.ORAL, Route.FEEDING_TUBE, Route.INTRATHECAL),
        units=("mg", "microgram"),
        strengths=(
            "10 mg",
            "5 mg per 5 mL",
            "50 micrograms per mL",
            "500 micrograms per mL",
            "2,000 micrograms per mL",
        ),
        products=("Lioresal", "Lioresal Intrathecal"),
    ),
    MedicineText(
        CARBAMAZEPINE,
        forms=("tablet", "prolonged-release tablet", "oral suspension"),
        routes=(Route.ORAL, Route.FEEDING_TUBE),
        units=("mg",),
        strengths=("100 mg", "200 mg", "400 mg", "100 mg per 5 mL"),
        products=("Tegretol", "Tegretol Prolonged Release"),
    ),
    MedicineText(
        CO_CARELDOPA,
        forms=("tablet", "modified-release tablet"),
        routes=(Route.ORAL,),
        units=("tablet",),
        strengths=("10 mg/100 mg", "12.5 mg/50 mg", "25 mg/100 mg", "25 mg/250 mg"),
        products=("Sinemet",),
    ),
    MedicineText(
        FENTANYL,
        forms=("transdermal patch",),
        routes=(Route.TRANSDERMAL,),
        units=("microgram",),
        strengths=(
            "12 micrograms per hour",
            "25 micrograms per hour",
            "50 micrograms per hour",
            "75 micrograms per hour",
            "100 micrograms per hour",
        ),
        products=("Durogesic DTrans", "Matrifen"),
    ),
    MedicineText(
        FOLIC_ACID,
        forms=("tablet", "oral solution"),
        routes=(Route.ORAL,),
        units=("mg", "microgram"),
        strengths=("400 micrograms", "5 mg", "2.5 mg per 5 mL"),
    ),
    MedicineText(
        GABAPENTIN,
        forms=("capsule", "tablet"),
        routes=(Route.ORAL, Route.FEEDING_TUBE),
        units=("mg",),
        strengths=("100 mg", "300 mg", "400 mg", "600 mg", "800 mg"),
        products=("Neurontin",),
    ),
    MedicineText(
        LAMOTRIGINE,
        forms=("tablet", "dispersible tablet"),
        routes=(Route.ORAL,),
        units=("mg",),
        strengths=("2 mg", "5 mg", "25 mg", "50 mg", "100 mg", "200 mg"),
        products=("Lamictal",),
    ),
    MedicineText(
        METHOTREXATE,
        forms=("tablet", "solution for injection in pre-filled pen"),
        routes=(Route.ORAL, Route.SUBCUTANEOUS),
        units=("mg",),
        strengths=("2.5 mg",),
    ),
    MedicineText(
        METHYLPREDNISOLONE,
        forms=("tablet",),
        routes=(Route.ORAL,),
        units=("mg",),
        strengths=("2 mg", "4 mg", "16 mg", "100 mg"),
        products=("Medrone",),
    ),
    MedicineText(
        MORPHINE,
        forms=("oral solution", "tablet", "modified-release capsule"),
        routes=(Route.ORAL, Route.SUBCUTANEOUS),
        units=("mg",),
        strengths=("10 mg per 5 mL", "20 mg per mL", "10 mg", "20 mg", "50 mg"),
        products=("Oramorph", "Sevredol"),
    ),
    MedicineText(
        PREGABALIN,
        forms=("capsule",),
        routes=(Route.ORAL,),
        units=("mg",),
        strengths=("25 mg", "50 mg", "75 mg", "100 mg", "150 mg", "200 mg", "225 mg", "300 mg"),
        products=("Lyrica",),
    ),
    MedicineText(
        VALPROATE,
        forms=("gastro-resistant tablet", "prolonged-release tablet", "oral solution"),
        routes=(Route.ORAL,),
        units=("mg",),
        strengths=("200 mg", "500 mg", "200 mg per 5 mL"),
        products=("Epilim", "Epilim Chrono"),
    ),
    MedicineText(
        TIZANIDINE,
        forms=("tablet",),
        routes=(Route.ORAL,),
        units=("mg",),
        strengths=("2 mg", "4 mg"),
    ),
    MedicineText(
        WARFARIN,
        forms=("tablet", "oral suspension"),
        routes=(Route.ORAL,),
        units=("mg",),
        strengths=("0.5 mg", "1 mg", "3 mg", "5 mg", "1 mg per mL"),
    ),
)
