"""A passkey in software: what a browser's would keep for a person, and answer to a question.

As WebAuthn level 2 has it, without attestation; for the host name localhost.
"""

import hashlib
import json
from secrets import token_bytes

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from access.models import User

HOST = "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Passkey:
    def __init__(self, person: User) -> None:
        self.person = person
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = token_bytes(16)

    def kept(self, name: str = "A key") -> Authenticator:
        """Have the service keep it, as it does once it is added."""
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = self.data(PRESENT | VERIFIED | ATTESTED, credential)
        attestation = AttestationObject.create("none", data, {})
        response = {
            "clientDataJSON": self.client_data("webauthn.create", "", HOST),
            "attestationObject": websafe_encode(attestation),
        }
        return WebAuthn.add(self.person, name, self._said(response)).instance

    def answer(self, question: dict, *, host: str = HOST, flags: int = PRESENT | VERIFIED) -> str:
        """What the browser sends for a question: the JSON of the form's hidden box."""
        client = self.client_data("webauthn.get", question["publicKey"]["challenge"], host)
        data = self.data(flags)
        signed = data + hashlib.sha256(websafe_decode(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": websafe_encode(user_pk_to_url_str(self.person).encode()),
        }
        return json.dumps(self._said(response))

    def data(self, flags: int, credential: AttestedCredentialData | bytes = b"") -> bytes:
        return AuthenticatorData.create(
            hashlib.sha256(HOST.encode()).digest(), flags, 0, credential
        )

    def client_data(self, what: str, challenge: str, host: str) -> str:
        said = {"type": what, "challenge": challenge, "origin": f"http://{host}"}
        return websafe_encode(json.dumps(said).encode())

    def _said(self, response: dict) -> dict:
        own = websafe_encode(self.id)
        return {
            "id": own,
            "rawId": own,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
