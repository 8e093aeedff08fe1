"""The data links of a bundle: their signatures, and that they are in its log (docs/evidence.md, docs/log.md)."""

import base64
import binascii
import hashlib

from . import cbor, dsse, ed25519, merkle
from .verdict import Missing, Refused, require


class LogKey:
    """A C2SP verifier key: <name>+<id in hex>+<base64 of type and key>."""

    def __init__(self, line):
        name, key_id, body = (line.split("+", 2) + ["", ""])[:3]
        try:
            data = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        require(name and len(data) == 33 and data[0] == 1 and ed25519.decode(data[1:]), "log.key.form", "<name>+<id>+<key> of Ed25519", line)
        self.name, self.key = name, data[1:]
        self.key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        require(self.key_id.hex() == key_id, "log.key.form", f"id {self.key_id.hex()}", key_id)

    def open(self, note):
        """Size and root of a checkpoint that this key alone signed."""
        text, gap, signatures = note.decode("utf-8", "strict").rpartition("\n\n")
        require(gap and signatures.endswith("\n"), "log.note.form", "a text, an empty line and signatures", "otherwise")
        text += "\n"
        mark = f"\u2014 {self.name} "
        require(signatures.count("\n") == 1 and signatures.startswith(mark), "log.note.signers", f"one signature by {self.name}", signatures[:80])
        try:
            signature = base64.b64decode(signatures[len(mark):-1], validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        require(base64.b64encode(signature).decode() == signatures[len(mark):-1] and len(signature) == 68 and signature[:4] == self.key_id,
                "log.note.signature-line", "a key id and 64 bytes in canonical base64", "otherwise")
        try:
            ed25519.verify(self.key, text.encode(), signature[4:])
        except Refused as reason:
            raise Refused("log.note.signature", f"a signature that passes {reason.check}", reason.found) from None
        lines = text.split("\n")
        require(len(lines) == 4 and lines[0] == self.name and lines[1].isdigit() and str(int(lines[1])) == lines[1], "log.checkpoint.form", "origin, size and root", "otherwise")
        root = base64.b64decode(lines[2])
        require(base64.b64encode(root).decode() == lines[2] and len(root) == 32, "log.checkpoint.root", "32 bytes in canonical base64", lines[2])
        return int(lines[1]), root


def verify_bundle(file, keys, log):
    """Verifies a bundle's dataset commitments: each signed by a key you trust, each in the log you trust. Returns their predicates.

    It verifies no other link, and no chain: for those, use the other implementation.
    """
    item = cbor.decode(file, 64 << 20, 8)
    require(isinstance(item, dict) and set(item) == {"version", "keys", "log", "links", "chains", "blobs"}, "bundle.encoding", "the members of a bundle", "others")
    require(item["version"] == 1, "bundle.version", "version 1", repr(item["version"]))
    key = LogKey(log)
    require(item["log"]["verifier"] == log, "policy.log", log, repr(item["log"]["verifier"]))
    heads = []
    for checkpoint in item["log"]["checkpoints"]:
        size, root = key.open(checkpoint["note"])
        if heads:
            merkle.verify_consistency(heads[-1][0], heads[-1][1], size, root, checkpoint["consistency"])
        heads.append((size, root))
    found = []
    for link in item["links"]:
        envelope = dsse.Envelope.from_item(link["envelope"])
        if dsse.peek(envelope) != dsse.COMMITMENT[0]:
            continue
        says, about = dsse.open_statement(envelope, dsse.COMMITMENT)
        require(about, "link.predicate", "a statement about its ordered root", "another subject")
        envelope.verify_by_one_of(keys)
        require(0 <= cbor.integer(link["checkpoint"]) < len(heads), "bundle.order", "a checkpoint of the bundle", f"{link['checkpoint']}")
        size, root = heads[link["checkpoint"]]
        entry = _encode_envelope(envelope)
        merkle.verify_inclusion(root, size, cbor.integer(link["index"]), merkle.leaf_hash(entry), [cbor.octets(n, 32) for n in link["path"]])
        found.append(says)
    if not found:
        raise Missing("policy.required", "a dataset-commitment in the bundle")
    return found


def _encode_envelope(envelope):
    """The entry in the log: the envelope in its canonical CBOR."""
    def head(major, value):
        if value < 24:
            return bytes([major << 5 | value])
        size = 1 if value < 1 << 8 else 2 if value < 1 << 16 else 4
        return bytes([major << 5 | {1: 24, 2: 25, 4: 26}[size]]) + value.to_bytes(size, "big")

    kind = envelope.payload_type.encode()
    out = head(4, 3) + head(3, len(kind)) + kind + head(2, len(envelope.payload)) + envelope.payload + head(4, len(envelope.signatures))
    for key_id, signature in envelope.signatures:
        out += head(4, 2) + head(2, 32) + key_id + head(2, 64) + signature
    return out
