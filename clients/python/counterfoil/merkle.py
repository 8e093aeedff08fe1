"""The Merkle tree of RFC 9162 section 2.1, and the leaves of records (docs/data.md)."""

import hashlib

from .verdict import require


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


EMPTY_ROOT = sha256()


def leaf_hash(data):
    return sha256(b"\0", data)


def node_hash(left, right):
    return sha256(b"\1", left, right)


def _u64(value):
    return value.to_bytes(8, "big")


def record_leaf(canonicaliser, record):
    name = canonicaliser.encode("ascii")
    return leaf_hash(b"counterfoil/data-record/v1" + bytes([len(name)]) + name + _u64(len(record)) + record)


def salted_leaf(canonicaliser, salt, record):
    name = canonicaliser.encode("ascii")
    return leaf_hash(b"counterfoil/data-salted-record/v1" + bytes([len(name)]) + name + salt + _u64(len(record)) + record)


def record_key(leaf):
    return sha256(b"counterfoil/data-key/v1", leaf)


def tombstone(place):
    return leaf_hash(b"counterfoil/data-tombstone/v1" + _u64(place))


def split(size):
    """How many of a subtree's leaves are on its left: the largest power of two below their number; 0 for a leaf."""
    return 0 if size <= 1 else 1 << ((size - 1).bit_length() - 1)


def root_of(leaves):
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node_hash(root_of(leaves[:middle]), root_of(leaves[middle:]))


def verify_inclusion(root, size, index, leaf, path):
    """RFC 9162 section 2.1.3.2."""
    require(0 <= index < size, "merkle.range", f"an index in 0 ... {size - 1}", f"{index}")
    fn, sn, length = index, size - 1, 0
    while sn:
        length += 1 if fn & 1 or fn < sn else 0
        fn, sn = fn >> 1, sn >> 1
    require(len(path) == length, "merkle.path-length", f"{length} nodes for leaf {index} of {size}", f"{len(path)} nodes")
    fn, sn, r = index, size - 1, leaf
    for node in path:
        if fn & 1 or fn == sn:
            r = node_hash(node, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, node)
        fn, sn = fn >> 1, sn >> 1
    require(r == root, "merkle.inclusion", f"root {root.hex()}", f"root {r.hex()}")


def verify_consistency(old_size, old_root, new_size, new_root, path):
    """RFC 9162 section 2.1.4.2."""
    require(0 < old_size <= new_size, "merkle.range", f"0 < old size <= {new_size}", f"{old_size}")
    if old_size == new_size:
        require(not path, "merkle.path-length", "0 nodes", f"{len(path)} nodes")
        require(old_root == new_root, "merkle.consistency.new-root", f"root {old_root.hex()}", f"root {new_root.hex()}")
        return
    whole = old_size & (old_size - 1) == 0
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    a, b, length = fn, sn, 0 if whole else 1
    while b:
        length += 1 if a & 1 or a < b else 0
        a, b = a >> 1, b >> 1
    require(len(path) == length, "merkle.path-length", f"{length} nodes", f"{len(path)} nodes")
    path = ([old_root] if whole else []) + list(path)
    fr = sr = path[0]
    for c in path[1:]:
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    require(fr == old_root, "merkle.consistency.old-root", f"root {old_root.hex()}", f"root {fr.hex()}")
    require(sr == new_root, "merkle.consistency.new-root", f"root {new_root.hex()}", f"root {sr.hex()}")
