"""The command: ACCEPT (exit 0), REJECT (1), UNVERIFIABLE (3); 2 for usage."""

import argparse
import sys

from . import Missing, Refused, verify_bundle, verify_delta, verify_proof
from .delta import VERSION as DELTA
from .dsse import PublicKey


def _read(path):
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="counterfoil", description="Verifies proofs about data, offline.")
    commands = parser.add_subparsers(dest="command", required=True)
    proof = commands.add_parser("verify-proof", help="a proof about a record, or a delta of a dataset")
    proof.add_argument("file")
    proof.add_argument("--record", help="the record's bytes exactly (- for stdin)")
    proof.add_argument("--statement", help="the signed statement, where it stands beside the file")
    proof.add_argument("--as-of", help="nothing may be later, such as 2026-11-24T12:00:00Z")
    bundle = commands.add_parser("verify-bundle", help="the dataset commitments of a bundle: signatures and log")
    bundle.add_argument("file")
    bundle.add_argument("--log", required=True, help="the verifier key of the log you trust")
    for command in (proof, bundle):
        command.add_argument("--key", action="append", default=[], help="a key you trust as 'data', such as ed25519:<base64>; may be given again")
    given = parser.parse_args(arguments)
    try:
        keys = [PublicKey.parse(line) for line in given.key]
        file = _read(given.file)
        if given.command == "verify-bundle":
            said = [f"dataset '{says['name']}' of {says['records']} records has ordered root {says['orderedRoot']}" for says in verify_bundle(file, keys, given.log)]
        else:
            statement = _read(given.statement) if given.statement else None
            if file[:48].find(DELTA.encode()) == 3:
                said = [f"exactly {verify_delta(file, keys, statement, given.as_of)} places became tombstones, and nothing else moved"]
            else:
                record = _read(given.record) if given.record else None
                said = [f"the claim of {verify_proof(file, record, keys, statement, given.as_of)}"]
    except Refused as reason:
        print(f"REJECT {reason}")
        return 1
    except Missing as reason:
        print(f"UNVERIFIABLE {reason}")
        return 3
    except OSError as fault:
        print(f"counterfoil: error: {fault}", file=sys.stderr)
        return 2
    print("ACCEPT " + "; ".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
