"""Deltas: that exactly some records of a set were removed, and nothing else moved."""

from collections import Counter

from . import cbor, dsse, merkle, prefix
from .verdict import Missing, require

VERSION = "counterfoil/dataset-delta/v1"
REASONS = ("opt-out", "erasure", "correction")


def _roots(count, removed, untouched):
    """The ordered root before and after, in one walk."""
    used = 0

    def walk(begin, size, within):
        nonlocal used
        if not within:
            same = untouched[used] if used < len(untouched) else bytes(32)
            used += 1
            return same, same
        if size == 1:
            return within[0][1], merkle.tombstone(begin)
        left = merkle.split(size)
        a = walk(begin, left, [r for r in within if r[0] < begin + left])
        b = walk(begin + left, size - left, [r for r in within if r[0] >= begin + left])
        return merkle.node_hash(a[0], b[0]), merkle.node_hash(a[1], b[1])

    roots = walk(0, count, removed)
    require(used == len(untouched), "data.delta.form", "as many untouched subtrees as the places demand", f"{len(untouched)}")
    return roots


def verify_delta(file, keys=(), statement=None, as_of=None):
    """Verifies a delta's file; returns how many places became tombstones."""
    item = cbor.decode(file, 256 << 20, 5, 1 << 25)
    cbor.array(item, 9)
    require(cbor.text(item[0], 64) == VERSION, "data.delta.form", VERSION, repr(item[0]))
    name, count = cbor.text(item[1], 64), cbor.integer(item[2], 1)
    before, after = ([cbor.octets(root, 32) for root in cbor.array(pair, 2)] for pair in item[3:5])
    removed = []
    for pair in cbor.array(item[5], 1, 1 << 17):
        cbor.array(pair, 2)
        place = cbor.integer(pair[0], 0, count - 1)
        require(not removed or place > removed[-1][0], "data.delta.form", "places that ascend, each once", f"{place}")
        removed.append((place, cbor.octets(pair[1], 32)))
    untouched = [cbor.octets(root, 32) for root in cbor.array(item[6], 0, 1 << 23)]
    tree = prefix.Pruned(item[7])
    envelope = None if item[8] is None else dsse.Envelope.from_item(item[8])
    if envelope is None and statement is not None:
        envelope = dsse.Envelope.from_bytes(statement)

    old, new = _roots(count, removed, untouched)
    require(old == before[0], "data.delta.ordered-before", f"root {before[0].hex()}", f"root {old.hex()}")
    require(new == after[0], "data.delta.ordered-after", f"root {after[0].hex()}", f"root {new.hex()}")
    require(tree.root == before[1], "data.delta.absence-before", f"root {before[1].hex()}", f"root {tree.root.hex()}")
    left = tree.remove(Counter(merkle.record_key(leaf) for _, leaf in removed))
    require(left == after[1], "data.delta.absence-after", f"root {after[1].hex()}", f"root {left.hex()}")

    if envelope is None:
        raise Missing("data.proof.statement", "the signed dataset-delta, which is not in the file")
    says, about = dsse.open_statement(envelope, dsse.DELTA)
    require(about and says["reason"] in REASONS and 1 <= says["removed"] <= says["records"], "link.predicate", "a statement about its ordered root, with a known reason", "otherwise")
    found = (says["canonicaliser"], says["records"], says["orderedRootBefore"], says["sortedRootBefore"], says["orderedRoot"], says["sortedRoot"], says["removed"])
    expected = (name, count, before[0].hex(), before[1].hex(), after[0].hex(), after[1].hex(), len(removed))
    require(found == expected, "data.delta.statement", f"{expected}", f"{found}")
    envelope.verify_by_one_of(keys)
    require(as_of is None or says["removedAt"] <= as_of, "policy.time", f"a statement of {as_of} or before", says["removedAt"])
    return len(removed)
