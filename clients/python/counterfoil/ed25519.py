"""Ed25519 (RFC 8032), stricter: S below L, A and R canonical and of prime order, the equation without the cofactor."""

import functools
import hashlib

from .verdict import require

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(k, p):
    result = IDENTITY
    while k:
        if k & 1:
            result = _add(result, p)
        p = _add(p, p)
        k >>= 1
    return result


def _same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


@functools.lru_cache(maxsize=64)
def decode(data):
    """A canonical point of prime order, or None."""
    if len(data) != 32:
        return None
    value = int.from_bytes(data, "little")
    sign, y = value >> 255, value & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT % P
    if (x * x - square) % P or x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    point = (x, y, 1, x * y % P)
    return point if not _same(point, IDENTITY) and _same(_multiply(L, point), IDENTITY) else None


_y = 4 * pow(5, -1, P) % P
BASE = decode(_y.to_bytes(32, "little"))


def verify(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    require(s < L, "signing.signature-scalar", "S < L", signature[32:].hex())
    r, a = decode(signature[:32]), decode(key)
    require(r is not None, "signing.signature-point", "R a canonical point of the prime-order group", signature[:32].hex())
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    require(_same(_multiply(s, BASE), _add(r, _multiply(h, a))), "signing.signature", "a signature of this message by this key", signature.hex())
