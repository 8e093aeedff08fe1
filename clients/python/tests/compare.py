"""Reads lines "<file in hex> <record in hex, or -> <key>", and answers each with a verdict: for a comparison with the other implementation."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from counterfoil import Missing, Refused, verify_delta, verify_proof  # noqa: E402
from counterfoil.dsse import PublicKey  # noqa: E402


def main():
    keys = {}
    for line in sys.stdin:
        file, record, key = line.split()
        file = bytes.fromhex("" if file == "-" else file)
        keys.setdefault(key, PublicKey.parse(key))
        try:
            if b"counterfoil/dataset-delta" in file[:48]:
                verify_delta(file, [keys[key]])
            else:
                verify_proof(file, None if record == "-" else bytes.fromhex(record), [keys[key]])
            print("ACCEPT")
        except Refused as reason:
            print("REJECT", reason.check)
        except Missing as reason:
            print("UNVERIFIABLE", reason.check)


if __name__ == "__main__":
    main()
