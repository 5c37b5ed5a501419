"""Ed25519 (RFC 8032) and the verifiable random function ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381), in plain Python."""

from functools import lru_cache
from hashlib import sha512

# The same keys and signatures stand in many a file that is read in one run.
remembered = lru_cache(maxsize=8192)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)


def add(one, two):
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    return sum_of(number, point, 0, ZERO)


def sum_of(one, first, two, second):
    """one * first + two * second."""
    both, result = add(first, second), ZERO
    for bit in reversed(range(max(one, two).bit_length())):
        result = add(result, result)
        which = (one >> bit & 1) + 2 * (two >> bit & 1)
        if which:
            result = add(result, (first, second, both)[which - 1])
    return result


def negative(point):
    return -point[0] % P, point[1], point[2], -point[3] % P


def same(one, two):
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def decode(octets):
    """The point in its one encoding, or None."""
    number = int.from_bytes(octets, "little")
    sign, y = number >> 255, number % 2**255
    if len(octets) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x % 2 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@remembered
def verify(key, text, signature):
    point, first = decode(key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if point is None or first is None or len(signature) != 64 or s >= ORDER:
        return False
    k = int.from_bytes(sha512(signature[:32] + key + text).digest(), "little") % ORDER
    return same(sum_of(s, BASE, k, negative(point)), first)


@remembered
def vrf_key(octets):
    """The key, or None for one of small order or in another encoding."""
    point = decode(octets)
    if point is None or same(times(8, point), ZERO):
        return None
    return octets, point


@remembered
def vrf_output(key, identity, proof):
    """The output that the proof shows for the identity, or None."""
    octets, point = key
    gamma = decode(proof[:32])
    if len(proof) != 80 or gamma is None:
        return None
    c, s = int.from_bytes(proof[32:48], "little"), int.from_bytes(proof[48:], "little")
    if s >= ORDER:
        return None
    for counter in range(256):
        h = decode(sha512(b"\x03\x01" + octets + identity + bytes([counter]) + b"\x00").digest()[:32])
        if h is not None and not same(times(8, h), ZERO):
            break
    else:
        return None
    h = times(8, h)
    u = sum_of(s, BASE, c, negative(point))
    v = sum_of(s, h, c, negative(gamma))
    points = [octets] + [encode(each) for each in (h, gamma, u, v)]
    if sha512(b"\x03\x02" + b"".join(points) + b"\x00").digest()[:16] != proof[32:48]:
        return None
    return sha512(b"\x03\x03" + encode(times(8, gamma)) + b"\x00").digest()
