"""Signatures of the national algorithms, in plain Python and slow: Streebog (RFC 6986), GOST 34.311-95 (RFC 5831) and
GOST 34.10 over any short
Weierstrass curve, with the encodings of docs/extract-format.md section 10: numbers little-endian, signature r || s.
"""

from functools import lru_cache

# The same certificates and signatures stand in many a file that is read in one run.
remembered = lru_cache(maxsize=8192)

PI = bytes.fromhex(
    "fceedd11cf6e3116fbc4fada23c5044de977f0db932e99ba1736f1bb14cd5fc1f918655ae25cef21811c3c428b018e4f058402aee36a8fa0060bed98"
    "7fd4d31feb342c51eac848abf22a68a2fd3aceccb5700e56080c7612bf7213479cb75d8715a19629107b9ac7f391786f9d9eb2b13275193dff358a7e"
    "6d54c680c3bd0d57dff524a93ea843c9d779d6f67c22b903e00fecde7a94b0bcdce828504e330a4aa79760731e0062441ab83882649f2641ad454692"
    "275e552f8ca3a57d69d5953b0758b34086ac1df730376be488d9e789e11b83494c3ff8fe8d53aa90cad88561207167a42d2b095bcb9b25d0bee56c52"
    "59a674d2e6f4b4c0d166afc2394b63b6"
)
_A = bytes.fromhex(
    "641c314b2b8ee083c83862965601dd1b8d70c431ac02a73607e095624504536c0edd37c48a08a6d81ca76e95091051ad3853dc371220a24770a6a56e"
    "2440598ea48b474f9ef5dc18550b8e9e21f7a530aa16012142f35760492c024284fbaec09258048415eb419d39b008152acb8227727d102a548b194e"
    "e4fa2054a80b329cf97d86d98a327728effa11af0964ee50c3e9224312c8c1a09bcf4486248d9f5d2b838811480723ba561b0d22900e4669ac361a44"
    "3d1c8cd2456c34887a3805b95b068c651810a89eb60c05ca30204d2171180a8960409a42e230140fc0802984d960281e9d1d5215afc0503c273aa42a"
    "439da0784e74555486275df09ce8aaa80321658cba93c1380642ca05693b9f700c84890ad27623e018150f14b9ec46dd302a1e286fc58ca760543c50"
    "de970553c0a878a0a1330aa69d4df05d5f661451accc9ca9328a89504585254f64090fa08a174a9ec8121e5d092e94218d243cba125c354207487869"
    "24b86a840e90f0d2486dd4151c3dfdb990dab52a387ae76f46b60f011a83988e8c711e02341b2d0105e23c0468365a020ad97808d06cb40414aff010"
    "bdd875082843fd2067adea105086e740ce47c920a011d380818e8f4083478b07b24687641b8e0b0e798c13c83601161cf205268d6c022c38f90a4c07"
    "d8045870ef14980ead08b0e0c3282d1c47107ddd9b505a388e20faa72ba0b470"
)
_C = bytes.fromhex(
    "0745a6f2596580dd234d74cc3674760515d360a4082a42a20169679291e07c4bfcc485758db84e7116d0452e43766a2f1f7c65c0812fcbebe9daca1e"
    "da5b08b1b79bb121700479e656cdcbd71ba2dd55caa70adbc261b55c5899d6126b17b59a3101b5160f5ed561982b230a72eafef3d7b5700f469de34f"
    "1a2f9da98ab5a36fb20aba0af5961e9931db7a8643f4b6c209db6260373ac9c1b19e3590e40fe2d37b7b29b11475eaf28b1f9c525f5ef10635843d6a"
    "28fc390ac72fce2bacdc74f52ed1e384bcbe0c22f137e893a1ea5334be0352933313b7d875d603ed822cd7a93f355e68ad1c729d7d3c5c337e858e48"
    "dde4715da0e148f9d26615e8b3df1fef57fe6c7cfd581760f563eaa97ea2567a161a2723b700ffdfa3f53a254717cdbfbdff0f80d7359e354a108616"
    "1f1c157f6323a96c0c413f9a994747adac6bea4b6e7d64467a4068fa354f903672c571bfb6c6bec2661ff20ab4b79a1cb7a6facfc68ef09ab49a7f18"
    "6ca44251f9c4662dc039307a3bc3a46fd9d33a1daeae4fae93d4143a4d568688f34a3ca24c45173504054a2883694706372c822dc5ab9209c9937a19"
    "333e47d3c987bfe6c7c69e39540924bffe86ac51ecc5aaee160ec7f41ee702bfd40d7fa4d9a8515935c2ac362fc4a5d12b8dd16990069b92cb2b89f4"
    "9ac4db4d3b44b4891ede369c71f8b74e41416e0c02aae703a7c9934d425b1f9bdb5a238351446172602a1fcb92dc380e549c07a69a8a2b7bb1ceb2db"
    "0b440a8084090de0b755d93c244289251b3a7d3ade5f16ecd89a4c949b223116545a8f37ed9c4598fbc7b474c3b63b15d1fa9836f452763b306c1e7a"
    "4b3369af0267e79f0361331b8ae1ff1fdb788aff1ce74189f3f3e4b248e52a38526f0580a6debeab1b2df381cda4ca6b5dd86fc04a59a2de986e477d"
    "1dcdbaefcab948eaef711d8a79668414218001206107abebbb6bfad894fe5a63cdc60230fb89c8efd09ecd7b20d71bf14a92bc48991bb2d9d517f4fa"
    "5228e188aaa41de786cc91189def805d9b9f2130d41220f8771ddfbc323ca4cd7ab14904b08013d2ba3116f167e78e37"
)
ROWS = [int.from_bytes(_A[i : i + 8], "big") for i in range(0, 512, 8)]
ROUND = [_C[i : i + 64] for i in range(0, 768, 64)]


def _table():
    tables = []
    for place in range(8):
        table = []
        for octet in range(256):
            word = PI[octet] << (8 * place)
            value = 0
            for bit in range(64):
                if word >> bit & 1:
                    value ^= ROWS[bit]
            table.append(value)
        tables.append(table)
    return tables


TABLES = _table()


def _lps(state):
    a, b, c, d, e, f, g, h = TABLES
    return b"".join(
        (
            a[state[i]] ^ b[state[i + 8]] ^ c[state[i + 16]] ^ d[state[i + 24]]
            ^ e[state[i + 32]] ^ f[state[i + 40]] ^ g[state[i + 48]] ^ h[state[i + 56]]
        ).to_bytes(8, "little")
        for i in range(8)
    )


def _xor(a, b):
    return (int.from_bytes(a, "little") ^ int.from_bytes(b, "little")).to_bytes(64, "little")


def _step(h, count, block):
    key = _lps(_xor(h, count.to_bytes(64, "little")))
    state = _xor(key, block)
    for constant in ROUND:
        state = _lps(state)
        key = _lps(_xor(key, constant))
        state = _xor(state, key)
    return _xor(_xor(state, h), block)


def streebog(data, bits=512):
    """The digest of `data`: 64 octets, or 32."""
    return (_remembered_streebog if len(data) <= 65536 else _streebog)(data, bits)


def _streebog(data, bits):
    h = (b"\x01" if bits == 256 else b"\x00") * 64
    count = total = 0
    while len(data) >= 64:
        h = _step(h, count, data[:64])
        count += 512
        total += int.from_bytes(data[:64], "little")
        data = data[64:]
    last = data + b"\x01" + bytes(63 - len(data))
    h = _step(h, count, last)
    count += 8 * len(data)
    total = (total + int.from_bytes(last, "little")) % 2**512
    h = _step(h, 0, count.to_bytes(64, "little"))
    h = _step(h, 0, total.to_bytes(64, "little"))
    return h[32:] if bits == 256 else h


_remembered_streebog = remembered(_streebog)


# GOST 34.311-95 with the test parameter set of RFC 5831.
BOXES = [
    bytes.fromhex(row)
    for row in (
        "040a09020d08000e060b010c070f0503",
        "0e0b040c060d0f0a0203080100070509",
        "0508010d0a0304020e0f0c070600090b",
        "070d0a010008090f0e04060c0b020503",
        "060c0701050f0d08040a090e00030b02",
        "040b0a000702010d03060805090c0f0e",
        "0d0b0401030f0509000a0e070608020c",
        "010f0d0005070a040902030e060b080c",
    )
]
CONSTANT = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00


def _encrypt(key, block):
    """One block of GOST 28147-89."""
    words = [int.from_bytes(key[i : i + 4], "little") for i in range(0, 32, 4)]
    low, high = block & 0xFFFFFFFF, block >> 32
    for word in words * 3 + words[::-1]:
        total, value = (low + word) % 2**32, 0
        for place, box in enumerate(BOXES):
            value |= box[total >> 4 * place & 15] << 4 * place
        value = (value << 11 | value >> 21) & 0xFFFFFFFF
        low, high = high ^ value, low
    return low << 32 | high


def _shift(value):
    """A of the standard: the lowest 64 bits and the next become the highest."""
    return value >> 64 | ((value ^ value >> 64) & 2**64 - 1) << 192


def _key(value):
    octets = value.to_bytes(32, "little")
    return bytes(octets[8 * i + k] for k in range(8) for i in range(4))


def _mix(value, times):
    for _ in range(times):
        word = 0
        for place in (0, 1, 2, 3, 12, 15):
            word ^= value >> 16 * place & 0xFFFF
        value = value >> 16 | word << 240
    return value


def _absorb(h, block):
    u, v, out = h, block, 0
    for part in range(4):
        if part:
            u = _shift(u) ^ (CONSTANT if part == 2 else 0)
            v = _shift(_shift(v))
        out |= _encrypt(_key(u ^ v), h >> 64 * part & 2**64 - 1) << 64 * part
    return _mix(h ^ _mix(block ^ _mix(out, 12), 1), 61)


def gost_34_311(data):
    """The digest of `data`: 32 octets."""
    h = total = 0
    for at in range(0, len(data), 32):
        block = int.from_bytes(data[at : at + 32], "little")
        h, total = _absorb(h, block), (total + block) % 2**256
    return _absorb(_absorb(h, 8 * len(data)), total).to_bytes(32, "little")


class Curve:
    """y^2 = x^3 + ax + b over the field of p elements; the base point has the order q."""

    def __init__(self, p, a, b, q, x, y):
        self.p, self.a, self.b, self.q, self.base = p, a, b, q, (x, y)

    def has(self, point):
        x, y = point
        return 0 <= x < self.p and 0 <= y < self.p and (y * y - x * x * x - self.a * x - self.b) % self.p == 0

    def twice(self, point):
        """Points here are (X, Y, Z) for x = X / Z^2, y = Y / Z^3; infinity has Z = 0."""
        x, y, z = point
        p = self.p
        square = y * y % p
        middle = 4 * x * square % p
        slope = (3 * x * x + self.a * pow(z, 4, p)) % p
        new = (slope * slope - 2 * middle) % p
        return new, (slope * (middle - new) - 8 * square * square) % p, 2 * y * z % p

    def add(self, one, two):
        if one[2] == 0:
            return two
        if two[2] == 0:
            return one
        p = self.p
        (x1, y1, z1), (x2, y2, z2) = one, two
        square1, square2 = z1 * z1 % p, z2 * z2 % p
        u, v = x1 * square2 % p, y1 * z2 * square2 % p
        run, rise = (x2 * square1 - u) % p, (y2 * z1 * square1 - v) % p
        if run == 0:
            return self.twice(one) if rise == 0 else (1, 1, 0)
        square = run * run % p
        cube = run * square % p
        new = (rise * rise - cube - 2 * u * square) % p
        return new, (rise * (u * square - new) - v * cube) % p, run * z1 * z2 % p

    def combined_x(self, one, two, key):
        """x of one * base + two * key, or None at infinity."""
        one, two = one % self.q, two % self.q
        base, key = (*self.base, 1), (*key, 1)
        both, result = self.add(base, key), (1, 1, 0)
        for bit in reversed(range(max(one, two).bit_length())):
            result = self.twice(result)
            which = (one >> bit & 1) + 2 * (two >> bit & 1)
            if which:
                result = self.add(result, (base, key, both)[which - 1])
        x, _, z = result
        return None if z == 0 else x * pow(z, -2, self.p) % self.p


_P512 = 2**512 - 569
GOST_512_A = Curve(
    _P512,
    _P512 - 3,
    0xE8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275,
    3,
    0x7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4,
)
_P2004 = 2**256 - 617
GOST_2004 = Curve(
    _P2004,
    _P2004 - 3,
    0xA6,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893,
    1,
    0x8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14,
)
_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
NIST_P256 = Curve(
    _P256,
    _P256 - 3,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


@remembered
def gost_verify(curve, key, digest, signature):
    """Whether r || s, little-endian, is a signature over the digest, read little-endian, by the key X || Y."""
    size = len(key) // 2
    if len(signature) != 2 * size:
        return False
    number = [int.from_bytes(octets, "little") for octets in (key[:size], key[size:], signature[:size], signature[size:])]
    x, y, r, s = number
    if not curve.has((x, y)) or not (0 < r < curve.q and 0 < s < curve.q):
        return False
    inverse = pow(int.from_bytes(digest, "little") % curve.q or 1, -1, curve.q)
    found = curve.combined_x(s * inverse, -r * inverse, (x, y))
    return found is not None and found % curve.q == r


@remembered
def ecdsa_verify(curve, point, digest, r, s):
    """FIPS 186-5 section 6.4.2, the digest cut to the length of the order."""
    if not curve.has(point) or not (0 < r < curve.q and 0 < s < curve.q):
        return False
    spare = max(0, 8 * len(digest) - curve.q.bit_length())
    inverse = pow(s, -1, curve.q)
    found = curve.combined_x((int.from_bytes(digest, "big") >> spare) * inverse, r * inverse, point)
    return found is not None and found % curve.q == r
