"""What Alexa is told of the skill before anyone speaks: the interaction model and the manifest.

Both are built from the content, as the JSON objects of Amazon's schemas, and read nothing
themselves. `scripts/build_skill_package.py` writes them down.

Where the service runs is for each deployment to say: the manifest that is committed names no
endpoint. Until it does, Alexa takes the skill, but does not let anyone enable it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from skill.alexa.access import SCOPE
from skill.alexa.eliciting import dialog_model
from skill.coaching.errors import ContentError
from skill.coaching.values import value_class
from skill.content.utterances import CUSTOM_INTENTS, Listing, Utterances
from skill.content.wording import Wording

Json = dict[str, Any]

ICONS = {"smallIconUri": "assets/images/icon_108.png", "largeIconUri": "assets/images/icon_512.png"}
"""The store's icons, by the manifest's names for them, within the skill package."""


@value_class
class LegalPages:
    """Addresses the store links to; empty for what there is not."""

    privacy_policy: str = ""
    terms_of_use: str = ""


def interaction_model(wording: Wording, utterances: Utterances) -> Json:
    """Build a locale's interaction model: its intents, their samples and slots, and slot types.

    Types come in this order: routines, movements, and what stands among the utterances. Raise
    `ContentError` if one name stands for two routines or two movements.
    """
    movements = {id_: (its.name, *its.synonyms) for id_, its in wording.movements.items()}
    routines = {id_: (its.name, *its.synonyms) for id_, its in wording.routines.items()}
    types = {"ROUTINE": routines, "MOVEMENT": movements, **utterances.names}
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": utterances.invocation,
                "intents": [
                    _intent(name, samples, CUSTOM_INTENTS.get(name, {}))
                    for name, samples in utterances.samples.items()
                ],
                "types": [_slot_type(type_, names) for type_, names in types.items()],
            },
            **dialog_model(wording),
        }
    }


def skill_manifest(
    listings: Mapping[str, Listing], legal: LegalPages | None = None, endpoint: str = ""
) -> Json:
    """Build the manifest from what the store shows in each locale.

    Amazon's testers get the instructions of the first one. `endpoint` is where the service
    runs, if that is known: a function's ARN, or an https address.
    """
    pages = _legal_pages(legal or LegalPages())
    interfaces = ("AUDIO_PLAYER", "ALEXA_PRESENTATION_APL")
    custom: Json = {"interfaces": [{"type": interface} for interface in interfaces]}
    if endpoint:
        trusted = {"sslCertificateType": "Trusted"} if endpoint.startswith("https:") else {}
        custom["endpoint"] = {"uri": endpoint, **trusted}
    return {
        "manifest": {
            "manifestVersion": "1.0",
            "publishingInformation": {
                "category": "HEALTH_AND_FITNESS",
                "distributionMode": "PUBLIC",
                "isAvailableWorldwide": True,
                "distributionCountries": [],
                "testingInstructions": next(iter(listings.values())).testing,
                "locales": {
                    locale: {
                        "name": listing.name,
                        "summary": listing.summary,
                        "description": listing.description,
                        "examplePhrases": list(listing.example_phrases),
                        "keywords": list(listing.keywords),
                        **{name: f"file://{file}" for name, file in ICONS.items()},
                    }
                    for locale, listing in listings.items()
                },
            },
            "privacyAndCompliance": {
                "allowsPurchases": False,
                "containsAds": False,
                "isChildDirected": False,
                "isExportCompliant": True,
                "usesHealthInfo": False,  # no protected health information in HIPAA's sense
                "usesPersonalInfo": False,
                **({"locales": dict.fromkeys(listings, pages)} if pages else {}),
            },
            "permissions": [{"name": SCOPE}],
            "apis": {"custom": custom},
        }
    }


def _legal_pages(legal: LegalPages) -> Json:
    pages = {"privacyPolicyUrl": legal.privacy_policy, "termsOfUseUrl": legal.terms_of_use}
    return {name: address for name, address in pages.items() if address}


def _intent(name: str, samples: Iterable[str], slots: Mapping[str, str]) -> Json:
    declared = [{"name": slot, "type": type_} for slot, type_ in slots.items()]
    return {"name": name, **({"slots": declared} if declared else {}), "samples": list(samples)}


def _slot_type(type_: str, names: Mapping[str, Sequence[str]]) -> Json:
    """Return a slot type; of several with one synonym Alexa finds them all, and the coach asks.

    Raise `ContentError` if the name of one is a name of another.
    """
    owners = {its_names[0].casefold(): id_ for id_, its_names in names.items()}
    for id_, its_names in names.items():
        for name in its_names:
            owner = owners.get(name.casefold(), id_)
            if owner != id_:
                raise ContentError(f"{type_}: {name!r} is a name of both {owner} and {id_}")
    return {
        "name": type_,
        "values": [
            {"id": id_, "name": {"value": name, "synonyms": synonyms}}
            for id_, (name, *synonyms) in names.items()
        ],
    }
