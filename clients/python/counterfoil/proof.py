"""Proof files: that a record is in a committed set, or is not, or that the commitment contradicts itself."""

from . import cbor, dsse, merkle, p256, prefix
from .verdict import Missing, Refused, require

VERSION = "counterfoil/data-proof/v1"
CANONICALISERS = None  # None: any name; the name is in every leaf, so an unknown one links no record


class CommittedSet:
    def __init__(self, statement, canonicaliser, records, ordered_root, absence_root):
        self.statement, self.canonicaliser, self.records = statement, canonicaliser, records
        self.ordered_root, self.absence_root = ordered_root, absence_root

    def _all(self):
        return self.statement, self.canonicaliser, self.records, self.ordered_root, self.absence_root

    def __eq__(self, other):
        return self._all() == other._all()

    __hash__ = None

    @staticmethod
    def from_item(item):
        cbor.array(item, 5)
        name = cbor.text(item[1], 64)
        require(name.isascii() and name, "data.canonicaliser", "a name in ASCII", repr(name))
        return CommittedSet(cbor.octets(item[0], 32), name, cbor.integer(item[2]), cbor.octets(item[3], 32), cbor.octets(item[4], 32))

    @staticmethod
    def from_statement(envelope):
        """What a signed statement says of a set, and when it was made."""
        if dsse.peek(envelope) == dsse.DELTA[0]:
            says, about = dsse.open_statement(envelope, dsse.DELTA)
            require(about, "link.predicate", "a statement about its ordered root", "another subject")
            at = says["removedAt"]
        else:
            says, about = dsse.open_statement(envelope, dsse.COMMITMENT)
            require(about, "data.proof.statement", "a statement about its ordered root", "another subject")
            at = says["committedAt"]
        return CommittedSet(envelope.digest, says["canonicaliser"], says["records"], bytes.fromhex(says["orderedRoot"]), bytes.fromhex(says["sortedRoot"])), at


class Keyed:
    """The public key that a keyed tree's root binds."""

    def __init__(self, scheme, key):
        self.scheme, self.key = scheme, key

    def bind(self, root):
        return merkle.sha256(b"counterfoil/data-keyed-root/v1", bytes([self.scheme]), self.key, root)


class Lookup:
    def __init__(self, item):
        cbor.array(item, 3, 5)
        scheme = cbor.integer(item[0], 1, 2)
        require(len(item) == (3 if scheme == 1 else 5), "cbor.arity", "3 items for scheme 1, 5 for scheme 2", f"{len(item)}")
        limits = (33, 81) if scheme == 1 else (33, 32, 33, 64)
        self.parts = [cbor.octets(part, most=most) for part, most in zip(item[1:], limits)]
        self.keyed = Keyed(scheme, self.parts[0])

    def key(self, unsalted):
        if self.keyed.scheme == 1:
            return p256.vrf_verify(self.parts[0], unsalted, self.parts[1])
        return p256.voprf_finalize(self.parts[0], unsalted, *self.parts[1:])


class Placement:
    def __init__(self, place, path, salt):
        self.place = cbor.integer(place)
        self.path = [cbor.octets(node, 32) for node in cbor.array(path, 0, 63)]
        self.salt = None if salt is None else cbor.octets(salt, 32)

    def verify(self, committed, record):
        name = committed.canonicaliser
        leaf = merkle.record_leaf(name, record) if self.salt is None else merkle.salted_leaf(name, self.salt, record)
        merkle.verify_inclusion(committed.ordered_root, committed.records, self.place, leaf, self.path)


class Claim:
    def __init__(self, item):
        cbor.array(item, 4, 5)
        self.kind = cbor.text(item[0], 32)
        arity = 5 if self.kind == "multiplicity-fraud" else 4
        require(len(item) == arity, "cbor.arity", f"{arity} items", f"{len(item)}")
        self.needs_record = True
        if self.kind == "inclusion":
            self.at = Placement(*item[1:])
        elif self.kind in ("absence", "presence"):
            self.path = prefix.Path(item[1], item[2])
            self.lookup = None if item[3] is None else Lookup(item[3])
            require(self.kind == "absence" or self.lookup, "data.proof.version", "a look-up", "none")
        elif self.kind == "multiplicity-fraud":
            self.places = [Placement(*cbor.array(place, 3)) for place in cbor.array(item[1], 1, 256)]
            self.path = prefix.Path(item[2], item[3])
            self.lookup = None if item[4] is None else Lookup(item[4])
        elif self.kind == "count-fraud":
            self.directions = cbor.integer(item[1], 0, (1 << 64) - 1)
            self.siblings = [cbor.octets(node, 32) for node in cbor.array(item[2], 0, 63)]
            self.node = None if item[3] is None else [cbor.octets(child, 32) for child in cbor.array(item[3], 2)]
            self.needs_record = self.node is None
        else:
            raise Refused("data.proof.version", "a kind of claim that is known", repr(self.kind))

    def _key(self, committed, record):
        unsalted = merkle.record_leaf(committed.canonicaliser, record)
        if self.lookup is None:
            return merkle.record_key(unsalted), None
        return self.lookup.key(unsalted), self.lookup.keyed

    def verify(self, committed, record):
        if self.kind == "inclusion":
            self.at.verify(committed, record)
        elif self.kind == "absence":
            key, keyed = self._key(committed, record)
            self.path.verify_absent(committed.absence_root, key, keyed)
        elif self.kind == "presence":
            key, keyed = self._key(committed, record)
            self.path.verify_present(committed.absence_root, key, self.path.end[1] if self.path.end else 1, keyed)
        elif self.kind == "multiplicity-fraud":
            self._multiplicity(committed, record)
        else:
            self._count(committed, record)

    def _multiplicity(self, committed, record):
        last = -1
        for at in self.places:
            require(at.place > last, "data.fraud.places", "places that ascend, each once", f"{at.place} after {last}")
            at.verify(committed, record)
            last = at.place
        key, keyed = self._key(committed, record)
        stated = self.path.end[1] if self.path.end and self.path.end[0] == key else 0
        if stated:
            self.path.verify_present(committed.absence_root, key, stated, keyed)
        else:
            self.path.verify_absent(committed.absence_root, key, keyed)
        require(stated < len(self.places), "data.fraud.shown", f"fewer than {len(self.places)} in the absence tree", f"{stated}: the roots agree")

    def _count(self, committed, record):
        depth = len(self.siblings)
        require(self.directions >> depth == 0, "data.fraud.places", f"{depth} directions", hex(self.directions))
        node = merkle.record_leaf(committed.canonicaliser, record) if self.node is None else merkle.node_hash(*self.node)
        for i, sibling in enumerate(self.siblings):
            right = self.directions >> (depth - 1 - i) & 1
            node = merkle.node_hash(sibling, node) if right else merkle.node_hash(node, sibling)
        require(node == committed.ordered_root, "merkle.inclusion", f"root {committed.ordered_root.hex()}", f"root {node.hex()}")
        size = committed.records
        for i in range(depth):
            if size <= 1:
                return  # below a leaf of the stated shape
            left = merkle.split(size)
            size = size - left if self.directions >> i & 1 else left
        require(size != 1 if self.node is None else size <= 1, "data.fraud.shown", "another shape than the stated one", "the shapes agree")


def verify_proof(file, record=None, keys=(), statement=None, as_of=None):
    """Verifies a proof file; returns the kind of its claim.

    record: the record's bytes; statement: the signed statement's file, where it stands beside; keys: whom you trust as 'data'.
    Raises Refused where a check fails, else Missing where one could not be made.
    """
    item = cbor.decode(file, 1 << 20, 6, 32768)
    cbor.array(item, 4)
    require(cbor.text(item[0], 64) == VERSION, "data.proof.version", VERSION, repr(item[0]))
    committed, claim = CommittedSet.from_item(item[1]), Claim(item[2])
    envelope = None if item[3] is None else dsse.Envelope.from_item(item[3])
    if envelope is None and statement is not None:
        envelope = dsse.Envelope.from_bytes(statement)
    missing = None
    try:
        if envelope is None:
            raise Missing("data.proof.statement", "the signed statement, which is not in the file")
        said, at = CommittedSet.from_statement(envelope)
        require(said == committed, "data.proof.dataset", "the set of the statement", "another")
        envelope.verify_by_one_of(keys)
        require(as_of is None or at <= as_of, "policy.time", f"a statement of {as_of} or before", at)
    except Missing as e:
        missing = e
    if record is None and claim.needs_record:
        missing = missing or Missing("data.proof.record", "the record's bytes, which the file does not hold")
    else:
        claim.verify(committed, record or b"")
    if missing:
        raise missing
    return claim.kind
