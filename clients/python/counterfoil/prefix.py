"""The absence tree: a binary prefix tree over keys (docs/data.md)."""

from . import cbor
from .merkle import sha256
from .verdict import require

MAX_DEPTH = 256
EMPTY = sha256(b"\4")


def bit(key, index):
    return key[index >> 3] >> (7 - (index & 7)) & 1


def entry_hash(entry):
    key, multiplicity, value = entry
    head = key + multiplicity.to_bytes(8, "big")
    return sha256(b"\2", head) if value is None else sha256(b"\5", head, value)


def node_hash(left, right):
    return sha256(b"\3", left, right)


def read_entry(item):
    cbor.array(item, 2, 3)
    return cbor.octets(item[0], 32), cbor.integer(item[1], 1), cbor.octets(item[2], 32) if len(item) == 3 else None


def read_hash(item):
    cbor.octets(item)
    require(len(item) in (0, 32), "data.absence.shape", "0 or 32 bytes", f"{len(item)}")
    require(item != EMPTY, "data.absence.shape", "an empty subtree as no bytes", "its hash")
    return item or EMPTY


class Path:
    """A path along one key's bits: siblings from the root down, and the entry at its end or None."""

    def __init__(self, siblings, end):
        self.siblings = [read_hash(s) for s in cbor.array(siblings, 0, MAX_DEPTH)]
        self.end = None if end is None else read_entry(end)

    def _shape(self, keyed):
        if self.end is not None:
            require((self.end[2] is None) == (keyed is None), "data.absence.shape", "an entry with a value in a keyed tree alone", "otherwise")
        require(not self.siblings or self.siblings[-1] != EMPTY, "data.absence.shape", "keys beside the path's end", "an empty subtree")

    def _leads_to(self, root, key, keyed):
        node = EMPTY if self.end is None else entry_hash(self.end)
        for i in reversed(range(len(self.siblings))):
            node = node_hash(self.siblings[i], node) if bit(key, i) else node_hash(node, self.siblings[i])
        if keyed is not None:
            node = keyed.bind(node)
        require(node == root, "data.absence.root", f"root {root.hex()}", f"root {node.hex()}")

    def verify_absent(self, root, key, keyed=None):
        self._shape(keyed)
        if self.end is not None:
            other = self.end[0]
            require(other != key, "data.absence.path", "another key, or none, at the path's end", "the key itself")
            for i in range(len(self.siblings)):
                require(bit(other, i) == bit(key, i), "data.absence.path", f"a key on the path for {len(self.siblings)} bits", f"one that leaves it at bit {i}")
        self._leads_to(root, key, keyed)

    def verify_present(self, root, key, multiplicity, keyed=None):
        self._shape(keyed)
        require(self.end is not None and self.end[:2] == (key, multiplicity), "data.absence.path", f"{key.hex()}, {multiplicity} times", "another entry, or none")
        self._leads_to(root, key, keyed)


class Pruned:
    """A part of an absence tree, in tokens: what it is when some keys are removed, and nothing else changes."""

    # A subtree is (hash, kind, content): kind "empty", "leaf" (an entry), "hidden", "branch" (left, right).
    NOTHING = (EMPTY, "empty", None)

    def __init__(self, tokens):
        self._tokens = cbor.array(tokens, 1, 1 << 22)
        self._at = 0
        self.top = self._read("")
        require(self._at == len(tokens), "data.absence.pruned", "one tree", f"{len(tokens) - self._at} tokens more")

    def _read(self, prefix):
        require(self._at < len(self._tokens), "data.absence.pruned", "a subtree", "no more tokens")
        token = self._tokens[self._at]
        self._at += 1
        if token is None:
            return self.NOTHING
        if isinstance(token, bytes):
            cbor.octets(token, 32)
            require(token != EMPTY, "data.absence.pruned", "an empty subtree as null", "its hash")
            return token, "hidden", None
        if isinstance(token, list):
            entry = read_entry(token)
            for i, b in enumerate(prefix):
                require(bit(entry[0], i) == int(b), "data.absence.pruned", f"an entry on its own path for {len(prefix)} bits", f"one that leaves it at bit {i}")
            return entry_hash(entry), "leaf", entry
        require(isinstance(token, bool), "cbor.type", "a boolean", type(token).__name__)
        require(token, "data.absence.pruned", "true, null, a hash or an entry", "something else")
        require(len(prefix) < MAX_DEPTH, "data.absence.pruned", f"at most {MAX_DEPTH} levels", "one more")
        left = self._read(prefix + "0")
        right = self._read(prefix + "1")
        kinds = (left[1], right[1])
        require("empty" not in kinds or not set(kinds) <= {"empty", "leaf"}, "data.absence.pruned", "keys on both sides of a branch, or a branch on one", "a branch that a whole tree would not have")
        return node_hash(left[0], right[0]), "branch", (left, right)

    @property
    def root(self):
        return self.top[0]

    def remove(self, removed):
        """The root without some occurrences of some keys."""
        seen, lone = set(), []

        def without(node, depth):
            _, kind, content = node
            if kind == "leaf" and content[0] in removed:
                key, multiplicity, value = content
                seen.add(key)
                left = multiplicity - removed[key]
                if left < 0 or value is not None:
                    lone.insert(0, "data.delta.removed")
                return self.NOTHING if left == 0 else (entry_hash((key, left, value)), "leaf", (key, left, value)) if left > 0 else node
            if kind != "branch":
                return node
            a, b = without(content[0], depth + 1), without(content[1], depth + 1)
            if a is content[0] and b is content[1]:
                return node
            if a[1] == "empty" and b[1] in ("empty", "leaf"):
                return b
            if b[1] == "empty" and a[1] == "leaf":
                return a
            if a[1] == "empty" and b[1] == "hidden" or b[1] == "empty" and a[1] == "hidden":
                lone.append("data.absence.pruned")
            return node_hash(a[0], b[0]), "branch", (a, b)

        after = without(self.top, 0)
        require("data.delta.removed" not in lone and len(seen) == len(removed), "data.delta.removed", "each removed key in the revealed tree, so often", "otherwise")
        require(not lone, "data.absence.pruned", "what is left alone shown to be a leaf or a branch", "a hash")
        return after[0]
