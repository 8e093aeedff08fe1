"""The client on proofs that the other implementation made, and on forgeries of each."""

import json
import pathlib
import unittest

from counterfoil import Missing, Refused, merkle, p256, verify_delta, verify_proof
from counterfoil import cbor, dsse, ed25519, prefix

VECTORS = json.loads((pathlib.Path(__file__).parent / "vectors.json").read_text())
KEY = dsse.PublicKey.parse(VECTORS["key"])


def check(vector, file=None, record=None, keys=(KEY,)):
    file = bytes.fromhex(vector["file"]) if file is None else file
    if vector["kind"] == "dataset-delta":
        return verify_delta(file, keys)
    return verify_proof(file, bytes.fromhex(vector["record"]) if record is None else record, keys)


def encode(item):
    """The other way, for forging."""
    def head(major, value):
        if value < 24:
            return bytes([major << 5 | value])
        size = next(s for s in (1, 2, 4, 8) if value < 1 << 8 * s)
        return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + value.to_bytes(size, "big")

    if item is None or isinstance(item, bool):
        return bytes([{None: 0xF6, True: 0xF5, False: 0xF4}[item]])
    if isinstance(item, int):
        return head(0, item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    return head(4, len(item)) + b"".join(map(encode, item))


class Proofs(unittest.TestCase):
    def refused(self, name, vector, file=None, record=None, keys=(KEY,)):
        with self.assertRaises(Refused) as caught:
            check(vector, file, record, keys)
        self.assertEqual(name, caught.exception.check)

    def forge(self, kind, change):
        vector = next(v for v in VECTORS["proofs"] if v["kind"] == kind)
        item = cbor.decode(bytes.fromhex(vector["file"]))
        change(item)
        return vector, encode(item)

    def test_every_vector_holds(self):
        self.assertGreaterEqual(len(VECTORS["proofs"]), 10)
        for vector in VECTORS["proofs"]:
            with self.subTest(vector["name"]):
                check(vector)
                self.assertEqual(vector["file"], encode(cbor.decode(bytes.fromhex(vector["file"]))).hex())

    def test_another_record_is_refused(self):
        for vector in VECTORS["proofs"]:
            if vector["record"]:
                with self.subTest(vector["name"]), self.assertRaises(Refused):
                    check(vector, record=bytes.fromhex(vector["record"]) + b"\0")

    def test_a_changed_byte_is_refused(self):
        for vector in VECTORS["proofs"]:
            file = bytes.fromhex(vector["file"])
            for at in range(0, len(file), 97):
                with self.subTest(vector["name"], at=at), self.assertRaises(Refused):
                    check(vector, file[:at] + bytes([file[at] ^ 1 << at % 8]) + file[at + 1:])

    def test_a_cut_or_longer_file_is_refused(self):
        for vector in VECTORS["proofs"]:
            file = bytes.fromhex(vector["file"])
            self.refused("cbor.trailing", vector, file + b"\0")
            with self.assertRaises(Refused):
                check(vector, file[:-1])

    def test_a_forged_place_path_or_count_is_refused_by_its_own_check(self):
        self.refused("merkle.inclusion", *self.forge("inclusion", lambda i: i[2].__setitem__(1, i[2][1] ^ 1)))
        self.refused("merkle.range", *self.forge("inclusion", lambda i: i[2].__setitem__(1, i[1][2])))
        self.refused("merkle.path-length", *self.forge("inclusion", lambda i: i[2][2].pop()))
        self.refused("data.proof.dataset", *self.forge("inclusion", lambda i: i[1].__setitem__(2, i[1][2] + 1)))
        self.refused("data.proof.dataset", *self.forge("inclusion", lambda i: i[1].__setitem__(0, bytes(32))))

    def test_a_forged_absence_is_refused_by_its_own_check(self):
        self.refused("data.absence.root", *self.forge("absence", lambda i: i[2][1].__setitem__(0, bytes(32))))
        self.refused("data.absence.shape", *self.forge("absence", lambda i: i[2][1].append(b"")))
        self.refused("data.absence.shape", *self.forge("absence", lambda i: i[2][1].__setitem__(0, prefix.EMPTY)))

    def test_an_honest_set_is_not_shown_to_be_a_fraud(self):
        honest = next(v for v in VECTORS["proofs"] if v["kind"] == "inclusion")
        item = cbor.decode(bytes.fromhex(honest["file"]))
        place, path, salt = item[2][1:]
        directions = 0
        depth = len(path)
        begin, size = 0, item[1][2]
        for step in range(depth):
            left = merkle.split(size)
            right = place >= begin + left
            directions |= right << step
            begin, size = (begin + left, size - left) if right else (begin, left)
        item[2] = ["count-fraud", directions, path, None]
        self.refused("data.fraud.shown", honest, encode(item))
        item[2] = ["count-fraud", 1 << depth, path, None]
        self.refused("data.fraud.places", honest, encode(item))

    def test_a_forged_delta_is_refused_by_its_own_check(self):
        self.refused("data.delta.ordered-before", *self.forge("dataset-delta", lambda i: i[3].__setitem__(0, bytes(32))))
        self.refused("data.delta.ordered-after", *self.forge("dataset-delta", lambda i: i[4].__setitem__(0, bytes(32))))
        self.refused("data.delta.absence-before", *self.forge("dataset-delta", lambda i: i[3].__setitem__(1, bytes(32))))
        self.refused("data.delta.absence-after", *self.forge("dataset-delta", lambda i: i[4].__setitem__(1, bytes(32))))
        self.refused("data.delta.form", *self.forge("dataset-delta", lambda i: i[5].reverse()))
        self.refused("data.delta.form", *self.forge("dataset-delta", lambda i: i[6].pop()))

    def test_whom_to_trust_is_the_callers_to_say(self):
        vector = VECTORS["proofs"][0]
        with self.assertRaises(Missing) as caught:
            check(vector, keys=())
        self.assertEqual("policy.signer", caught.exception.check)
        stranger = dsse.PublicKey("ed25519", bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        self.refused("policy.signer", vector, keys=(stranger,))

    def test_what_is_missing_is_said(self):
        vector, bare = self.forge("inclusion", lambda i: i.__setitem__(3, None))
        record = bytes.fromhex(vector["record"])
        with self.assertRaises(Missing) as caught:
            verify_proof(bare, record, [KEY])
        self.assertEqual("data.proof.statement", caught.exception.check)
        with self.assertRaises(Missing) as caught:
            verify_proof(bytes.fromhex(vector["file"]), None, [KEY])
        self.assertEqual("data.proof.record", caught.exception.check)


class Primitives(unittest.TestCase):
    def test_rfc_9381(self):
        key = bytes.fromhex("03596375e6ce57e0f20294fc46bdfcfd19a39f8161b58695b3ec5b3d16427c274d")
        proof = bytes.fromhex("03d03398bf53aa23831d7d1b2937e005fb0062cbefa06796579f2a1fc7e7b8c667d091c00b0f5c3619d10ecea44363b5a599cadc5b2957e223fec62e81f7b4825fc799a771a3d7334b9186bdbee87316b1")
        alpha = b"Example using ECDSA key from Appendix L.4.2 of ANSI.X9-62-2005"
        self.assertEqual("90871e06da5caa39a3c61578ebb844de8635e27ac0b13e829997d0d95dd98c19", p256.vrf_verify(key, alpha, proof).hex())
        with self.assertRaises(Refused):
            p256.vrf_verify(key, alpha + b".", proof)

    def test_rfc_9380(self):
        point = p256.hash_to_curve(b"abc", b"QUUX-V01-CS02-with-P256_XMD:SHA-256_SSWU_RO_")
        self.assertEqual("0bb8b87485551aa43ed54f009230450b492fead5f1cc91658775dac4a3388a0f", f"{point[0]:064x}")

    def test_rfc_8032(self):
        key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        ed25519.verify(key, b"\x72", signature)
        more = (int.from_bytes(signature[32:], "little") + ed25519.L).to_bytes(32, "little")
        for message, forged in ((b"\x73", signature), (b"\x72", signature[:32] + more), (b"\x72", bytes([1]) + bytes(31) + signature[32:])):
            with self.assertRaises(Refused):
                ed25519.verify(key, message, forged)

    def test_points_of_small_order_are_no_keys(self):
        for key in ("01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 32, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"):
            self.assertIsNone(ed25519.decode(bytes.fromhex(key)))

    def test_cbor_has_one_encoding(self):
        for wrong, name in (("1800", "cbor.shortest"), ("9f", "cbor.subset"), ("a2616100616100", "cbor.key-order"), ("c000", "cbor.subset"), ("f97e00", "cbor.subset"),
                            ("9affffffff", "cbor.truncated"), ("61ff", "cbor.utf8"), ("", "cbor.truncated"), ("0000", "cbor.trailing")):
            with self.subTest(wrong), self.assertRaises(Refused) as caught:
                cbor.decode(bytes.fromhex(wrong))
            self.assertEqual(name, caught.exception.check)


if __name__ == "__main__":
    unittest.main()
