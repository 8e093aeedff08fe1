"""Public keys, DSSE envelopes and in-toto statements in their one encoding (docs/evidence.md)."""

import base64
import binascii
import hashlib
import json
import re

from . import cbor, ed25519, p256
from .verdict import Missing, Refused, require

MEDIA_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_SPKI = {
    "ed25519": bytes.fromhex("302a300506032b6570032100"),
    "p256": bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
}


class PublicKey:
    """A key that passed every check of its algorithm."""

    def __init__(self, algorithm, data):
        self.algorithm, self.data = algorithm, data
        if algorithm == "ed25519":
            require(len(data) == 32, "signing.key-encoding", "32 bytes for ed25519", f"{len(data)} bytes")
            require(ed25519.decode(data) is not None, "signing.key-point", "a canonical point of the prime-order group", data.hex())
        else:
            self.point = p256.decode_uncompressed(data)
        self.key_id = hashlib.sha256(_SPKI[algorithm] + data).digest()

    @staticmethod
    def parse(line):
        """Reads ``ed25519:<base64>`` or ``p256:<base64>``."""
        algorithm, colon, body = line.partition(":")
        require(colon and algorithm in _SPKI, "signing.key-encoding", "<algorithm>:<base64>", line[:80])
        data = _base64(body)
        require(data is not None, "signing.key-encoding", "canonical base64", body[:80])
        return PublicKey(algorithm, data)

    @staticmethod
    def from_spki(der):
        for algorithm, prefix in _SPKI.items():
            if der.startswith(prefix):
                return PublicKey(algorithm, der[len(prefix):])
        raise Refused("signing.key-encoding", "a SubjectPublicKeyInfo of Ed25519 or P-256", f"{len(der)} other bytes")

    def verify(self, message, signature):
        require(len(signature) == 64, "signing.signature-length", "64 bytes", f"{len(signature)} bytes")
        if self.algorithm == "ed25519":
            ed25519.verify(self.data, message, signature)
        else:
            p256.verify_ecdsa(self.point, message, signature)


def _base64(body):
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == body else None


class Envelope:
    """A signed payload."""

    def __init__(self, payload_type, payload, signatures):
        self.payload_type, self.payload, self.signatures = payload_type, payload, signatures
        require(0 < len(payload_type.encode()) <= 256 and len(payload) <= 16 << 20 and 0 < len(signatures) <= 16, "dsse.size", "type, payload and signatures within limits", "otherwise")
        ids = [s[0] for s in signatures]
        require(all(a < b for a, b in zip(ids, ids[1:])), "dsse.order", "signatures ordered by key id, each once", "another order")

    @property
    def digest(self):
        return hashlib.sha256(self.payload).digest()

    @staticmethod
    def from_item(item):
        """From CBOR: [payload type, payload, [[key id, signature], ...]]."""
        cbor.array(item, 3)
        signatures = []
        for pair in cbor.array(item[2], 1, 16):
            cbor.array(pair, 2)
            key_id = cbor.octets(pair[0], 32)
            signature = cbor.octets(pair[1])
            require(len(signature) == 64, "signing.signature-length", "64 bytes", f"{len(signature)} bytes")
            signatures.append((key_id, signature))
        return Envelope(cbor.text(item[0], 256), cbor.octets(item[1], most=16 << 20), signatures)

    @staticmethod
    def from_bytes(data):
        """From a file, in DSSE's JSON or in CBOR."""
        if not data.startswith(b"{"):
            return Envelope.from_item(cbor.decode(data, (16 << 20) + 8192, 3))
        try:
            found = json.loads(data.decode("utf-8"), object_pairs_hook=_no_twice)
            require(set(found) == {"payload", "payloadType", "signatures"}, "dsse.json", "the members of DSSE", "others")
            signatures = sorted((bytes.fromhex(s["keyid"]), _base64(s["sig"])) for s in found["signatures"])
            payload = _base64(found["payload"])
        except (ValueError, KeyError, TypeError) as e:
            raise Refused("dsse.json", "a DSSE envelope in JSON", str(e)) from None
        require(payload is not None and all(s is not None for _, s in signatures), "dsse.json", "canonical base64", "other text")
        return Envelope(found["payloadType"], payload, signatures)

    def verify(self, key):
        """That exactly this key signed."""
        require([s[0] for s in self.signatures] == [key.key_id], "dsse.signers", f"signature of {key.key_id.hex()}", "others")
        kind = self.payload_type.encode()
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(self.payload), self.payload)
        try:
            key.verify(message, self.signatures[0][1])
        except Refused as reason:
            raise Refused("dsse.signature", f"a signature that passes {reason.check}", reason.found) from None

    def verify_by_one_of(self, keys):
        """That one key signed, and that it is one of those that are trusted."""
        if not keys:
            raise Missing("policy.signer", "a key that is trusted as 'data'")
        require(len(self.signatures) == 1, "link.signature", "one signature", f"{len(self.signatures)}")
        trusted = {k.key_id: k for k in keys}
        key_id = self.signatures[0][0]
        require(key_id in trusted, "policy.signer", "a key trusted as 'data'", f"key id {key_id.hex()}")
        self.verify(trusted[key_id])


def _no_twice(pairs):
    result = dict(pairs)
    require(len(result) == len(pairs), "statement.json", "each member once", "one twice")
    return result


_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}


def _quote(value):
    out = []
    for c in value:
        if c in _SHORT:
            out.append(_SHORT[c])
        elif " " <= c <= "~" and c not in "\"&'+<>`":
            out.append(c)
        else:
            units = c.encode("utf-16-be", "surrogatepass")
            out.extend("\\u%04X" % int.from_bytes(units[i:i + 2], "big") for i in range(0, len(units), 2))
    return '"' + "".join(out) + '"'


def _canonical(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    require(isinstance(value, dict), "statement.canonical", "no fractions", "one")
    return "{" + ",".join(_quote(k) + ":" + _canonical(v) for k, v in value.items()) + "}"


_HEX = re.compile(r"[0-9a-f]{64}\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")


def _digests(value):
    return isinstance(value, list) and all(_digest(v) for v in value)


def _digest(value):
    return isinstance(value, str) and bool(_HEX.match(value))


def _string(value):
    return isinstance(value, str)


def _count(value):
    return isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63


def _time(value):
    return isinstance(value, str) and bool(_TIME.match(value))


COMMITMENT = ("urn:counterfoil:dataset-commitment:v1", {
    "name": _string, "canonicaliser": _string, "records": _count, "bytes": _count, "orderedRoot": _digest, "sortedRoot": _digest, "licence": _string,
    "parents": _digests, "tool": _string, "committedAt": _time})
DELTA = ("urn:counterfoil:dataset-delta:v1", {
    "before": _digest, "canonicaliser": _string, "records": _count, "orderedRootBefore": _digest, "sortedRootBefore": _digest, "orderedRoot": _digest,
    "sortedRoot": _digest, "removed": _count, "reason": _string, "tool": _string, "removedAt": _time})


def peek(envelope):
    try:
        return json.loads(envelope.payload.decode("utf-8"))["predicateType"]
    except (ValueError, KeyError, TypeError) as e:
        raise Refused("statement.json", "a statement in JSON", str(e)) from None


def open_statement(envelope, kind):
    """The predicate of a statement of one kind, about the ordered root that it states."""
    predicate_type, members = kind
    require(envelope.payload_type == MEDIA_TYPE, "dsse.payload-type", MEDIA_TYPE, envelope.payload_type)
    try:
        found = json.loads(envelope.payload.decode("utf-8"), object_pairs_hook=_no_twice, parse_constant=float)
    except (ValueError, RecursionError) as e:
        raise Refused("statement.json", "a statement in JSON", str(e)) from None
    require(isinstance(found, dict) and sorted(found) == sorted(["_type", "subject", "predicateType", "predicate"]), "statement.json", "the members of a statement", "others")
    predicate = found["predicate"]
    require(isinstance(predicate, dict) and set(predicate) == set(members), "statement.json", "the members of the predicate", "others")
    for name, holds in members.items():
        require(holds(predicate[name]), "statement.json", f"a {name} of its form", repr(predicate[name])[:80])
    require(found["_type"] == STATEMENT_TYPE, "statement.type", STATEMENT_TYPE, str(found["_type"]))
    require(found["predicateType"] == predicate_type, "statement.predicate-type", predicate_type, str(found["predicateType"]))
    subject = found["subject"]
    require(isinstance(subject, list) and len(subject) > 0 and all(isinstance(s, dict) and set(s) == {"name", "digest"} and s["name"] and isinstance(s["name"], str) for s in subject),
            "statement.subject", "subjects with name and digest", "otherwise")
    ordered = {"_type": found["_type"], "subject": [{"name": s["name"], "digest": s["digest"]} for s in subject], "predicateType": predicate_type,
               "predicate": {name: predicate[name] for name in members}}
    require(_canonical(ordered).encode() == envelope.payload, "statement.canonical", "the canonical encoding", "another")
    require(len(subject) == 1, "link.statement", "one subject", f"{len(subject)}")
    return predicate, subject[0]["digest"] == {"counterfoilOrderedRoot": predicate["orderedRoot"]}
