"""P-256: ECDSA (FIPS 186-5), hashing to the curve (RFC 9380), ECVRF-P256-SHA256-TAI (RFC 9381), VOPRF(P-256, SHA-256) (RFC 9497)."""

import hashlib

from .verdict import require

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
A, B = P - 3, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(p, q):
    """Affine; None is infinity."""
    if p is None or q is None:
        return q if p is None else p
    return _affine(_add(_projective(p), _projective(q)))


def multiply(k, p):
    result, p = (0, 1, 0), _projective(p)
    for b in bin(k % N)[2:]:
        result = _double(result)
        if b == "1":
            result = _add(result, p)
    return _affine(result)


# Jacobian: (X, Y, Z) stands for (X / Z^2, Y / Z^3); Z = 0 is infinity.

def _projective(p):
    return (0, 1, 0) if p is None else (p[0], p[1], 1)


def _affine(p):
    if p[2] == 0:
        return None
    w = pow(p[2], -1, P)
    return p[0] * w * w % P, p[1] * w * w * w % P


def _double(p):
    x, y, z = p
    if z == 0 or y == 0:
        return 0, 1, 0
    yy = y * y % P
    s, m = 4 * x * yy % P, 3 * (x - z * z) * (x + z * z) % P  # a = -3
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add(p, q):
    if p[2] == 0 or q[2] == 0:
        return q if p[2] == 0 else p
    zp, zq = p[2] * p[2] % P, q[2] * q[2] % P
    u, v, s, t = p[0] * zq % P, q[0] * zp % P, p[1] * zq * q[2] % P, q[1] * zp * p[2] % P
    if u == v:
        return _double(p) if s == t else (0, 1, 0)
    h, r = (v - u) % P, (t - s) % P
    hh = h * h % P
    hhh, w = h * hh % P, u * hh % P
    x3 = (r * r - hhh - 2 * w) % P
    return x3, (r * (w - x3) - s * hhh) % P, h * p[2] * q[2] % P


def _root(square):
    y = pow(square, (P + 1) // 4, P)
    return y if y * y % P == square else None


def _right(x):
    return (x * x * x + A * x + B) % P


def decode(data):
    """A compressed point, or None."""
    if len(data) != 33 or data[0] not in (2, 3):
        return None
    x = int.from_bytes(data[1:], "big")
    y = _root(_right(x)) if x < P else None
    if y is None:
        return None
    return x, y if y & 1 == data[0] & 1 else P - y


def encode(p):
    return bytes([2 + (p[1] & 1)]) + p[0].to_bytes(32, "big")


def _scalar(data):
    value = int.from_bytes(data, "big")
    return value if len(data) == 32 and value < N else None


def verify_ecdsa(key, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    require(0 < r < N and 0 < s < N, "signing.signature-scalar", "1 <= r, s < n", signature.hex())
    require(s <= N >> 1, "signing.signature-low-s", "s <= (n - 1)/2", signature[32:].hex())
    e, w = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, N)
    point = add(multiply(e * w, G), multiply(r * w, key))
    require(point is not None and point[0] % N == r, "signing.signature", "a signature of this message by this key", signature.hex())


def decode_uncompressed(data):
    require(len(data) == 65 and data[0] == 4, "signing.key-encoding", "an uncompressed point", f"{len(data)} bytes")
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    require(x < P and y < P and y * y % P == _right(x), "signing.key-point", "a point of P-256", data.hex())
    return x, y


# Hashing to the curve: P256_XMD:SHA-256_SSWU_RO_ (RFC 9380 section 8.2).

def _expand(message, domain, length):
    suffix = domain + bytes([len(domain)])
    first = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\0" + suffix).digest()
    block = hashlib.sha256(first + b"\1" + suffix).digest()
    out, i = block, 2
    while len(out) < length:
        block = hashlib.sha256(bytes(a ^ b for a, b in zip(first, block)) + bytes([i]) + suffix).digest()
        out, i = out + block, i + 1
    return out[:length]


def _map(uniform):
    u = int.from_bytes(uniform, "big") % P
    zu2 = -10 * u * u % P
    tv1 = (zu2 * zu2 + zu2) % P
    x = B * pow(-10 * A, -1, P) % P if tv1 == 0 else -B * pow(A, -1, P) * (1 + pow(tv1, -1, P)) % P
    y = _root(_right(x))
    if y is None:
        x = zu2 * x % P
        y = _root(_right(x))
    return x, y if y & 1 == u & 1 else P - y


def hash_to_curve(message, domain):
    uniform = _expand(message, domain, 96)
    return add(_map(uniform[:48]), _map(uniform[48:]))


def hash_to_scalar(message, domain):
    return int.from_bytes(_expand(message, domain, 48), "big") % N


# ECVRF-P256-SHA256-TAI (RFC 9381 section 5).

def vrf_verify(public_key, alpha, proof):
    """The output, 32 bytes."""
    y = decode(public_key)
    require(y is not None, "vrf.key", "a compressed point of P-256", public_key.hex())
    require(len(proof) == 81, "vrf.proof-form", "81 bytes", f"{len(proof)} bytes")
    gamma, c, s = decode(proof[:33]), int.from_bytes(proof[33:49], "big"), _scalar(proof[49:])
    require(gamma is not None and s is not None, "vrf.proof-form", "a point of P-256 and a scalar below its order", proof.hex())
    h = None
    for counter in range(256):
        h = decode(b"\2" + hashlib.sha256(b"\1\1" + public_key + alpha + bytes([counter, 0])).digest())
        if h is not None:
            break
    u, v = add(multiply(s, G), multiply(-c, y)), add(multiply(s, h), multiply(-c, gamma))
    good = u is not None and v is not None
    if good:
        challenge = hashlib.sha256(b"\1\2" + b"".join(map(encode, (y, h, gamma, u, v))) + b"\0").digest()[:16]
        good = challenge == proof[33:49]
    require(good, "vrf.proof", "a proof by this key at this input", proof.hex())
    return hashlib.sha256(b"\1\3" + encode(gamma) + b"\0").digest()


# VOPRF(P-256, SHA-256), mode 1 (RFC 9497 section 3.3.2), for one input whose blind is known.

CONTEXT = b"OPRFV1-\x01-P256-SHA256"


def _prefixed(*parts):
    return b"".join(len(p).to_bytes(2, "big") + p for p in parts)


def voprf_finalize(public_key, data, blind, element, proof):
    """The output, 32 bytes."""
    key = decode(public_key)
    require(key is not None, "voprf.element", "a compressed point of P-256", public_key.hex())
    r = _scalar(blind)
    require(r, "voprf.blind", "a scalar of P-256 other than 0", "another value")
    evaluated = decode(element)
    require(evaluated is not None, "voprf.element", "a compressed point of P-256", element.hex())
    blinded = multiply(r, hash_to_curve(data, b"HashToGroup-" + CONTEXT))
    c, s = _scalar(proof[:32]), _scalar(proof[32:])
    good = c is not None and s is not None
    if good:
        seed = hashlib.sha256(_prefixed(encode(key), b"Seed-" + CONTEXT)).digest()
        weight = hash_to_scalar(_prefixed(seed) + b"\0\0" + _prefixed(encode(blinded), encode(evaluated)) + b"Composite", b"HashToScalar-" + CONTEXT)
        m, z = multiply(weight, blinded), multiply(weight, evaluated)
        t2, t3 = add(multiply(s, G), multiply(c, key)), add(multiply(s, m), multiply(c, z))
        good = None not in (m, z, t2, t3) and c == hash_to_scalar(_prefixed(*map(encode, (key, m, z, t2, t3))) + b"Challenge", b"HashToScalar-" + CONTEXT)
    require(good, "voprf.proof", "a proof that the key made the evaluation", proof.hex())
    unblinded = encode(multiply(pow(r, -1, N), evaluated))
    return hashlib.sha256(_prefixed(data, unblinded) + b"Finalize").digest()
