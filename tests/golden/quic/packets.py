# SPDX-License-Identifier: MIT
"""QUIC packets written by their specifications (RFC 9000, 9001, 9369), for make.py.

Nothing here is shared with the dissector: keys by hashlib, AES by python3-cryptography.
"""
import hashlib
import hmac
import random
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

V1, V2 = 1, 0x6b3343cf
SALTS = {
    V1: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", V2: "0dede3def700a6db819381be6e269dcbf9bd2ed9",
    29: "afbfec289993d24c9e9786f19c6111e04390a899", 23: "c3eef712c72ebb5a11a7d2432bb46365bef9f502",
    22: "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a", 0x54303531: "7a4edef4e7ccee5fa4506c19124fc8ccda6e033d",
    0x54303530: "7ff579e5acd072915580304c43a2367c60488310",
    0x709a50c4: "a707c203a59b47184a1d62ca570406ea7ae3e5d3",
    0x51303530: "504574efd066fe2f9d945cfcdbd3a7f0d3b56b45",
}
RETRY = {V1: ("be0c690b9f66575a1d766b54e368c84e", "461599d35d632bf2239825bb"),
         V2: ("8fb4b01b56ac48e260fbcbcead7ccc92", "d86969bc2d7c6d9990efb04a")}
INITIAL, ZERO_RTT, HANDSHAKE, RETRIED = range(4)


def salt_of(version):
    if version >> 8 == 0xff0000:
        draft = version & 0xff
        version = V1 if draft >= 33 else 29 if draft >= 29 else 23 if draft >= 23 else 22
    version = {0xfaceb001: 22, 0xfaceb002: 23}.get(version, version)
    if version & 0x0f0f0f0f == 0x0a0a0a0a:
        version = V1
    return bytes.fromhex(SALTS[version])


def expand(secret, label, n):
    label = b"tls13 " + label
    info = struct.pack(">HB", n, len(label)) + label + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:n]


def keys(version, cid):
    """((key, iv, hp) of the client, the server's)."""
    first = hmac.new(salt_of(version), cid, hashlib.sha256).digest()
    v2 = b"quicv2 " if version in (V2, 0x709a50c4) else b"quic "
    sides = [expand(first, label, 32) for label in (b"client in", b"server in")]
    return [[expand(s, v2 + what, n) for what, n in ((b"key", 16), (b"iv", 12), (b"hp", 16))] for s in sides]


def varint(v, size=None):
    size = size or (1 if v < 64 else 2 if v < 16384 else 4)
    return (v | {1: 0, 2: 1, 4: 2, 8: 3}[size] << (8 * size - 2)).to_bytes(size, "big")


def long_header(kind, version, dcid, scid, low=0, fixed=True):
    if version in (V2, 0x709a50c4):
        kind = (kind + 1) % 4
    return bytes([0x80 | (0x40 if fixed else 0) | kind << 4 | low]) + struct.pack(">I", version) + \
        bytes([len(dcid)]) + dcid + bytes([len(scid)]) + scid


def seal(k, header, number, size, plain):
    key, iv, hp = k
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    sealed = AESGCM(key).encrypt(nonce, plain, header)
    at = len(header) - size
    sample = sealed[4 - size:20 - size]
    ecb = Cipher(algorithms.AES(hp), modes.ECB()).encryptor()
    mask = ecb.update(sample) + ecb.finalize()
    out = bytearray(header + sealed)
    out[0] ^= mask[0] & (0x0f if out[0] & 0x80 else 0x1f)
    for i in range(size):
        out[at + i] ^= mask[1 + i]
    return bytes(out)


def initial(version, odcid, side, frames, dcid=None, scid=b"", number=0, token=b"", pad=1200, fixed=True, size=2):
    """side: 0 the client, 1 the server; odcid makes the keys; padded to `pad` octets in all."""
    dcid = odcid if dcid is None else dcid
    head = long_header(INITIAL, version, dcid, scid, size - 1, fixed) + varint(len(token)) + token
    rest = pad - len(head) - 2 - size - 16
    frames += bytes(max(rest - len(frames), 4 - size, 0))
    head += varint(size + len(frames) + 16, 2) + number.to_bytes(size, "big")
    return seal(keys(version, odcid)[side], head, number, size, frames)


def opaque(kind, version, dcid, scid, n, seed=1):
    """Handshake and 0-RTT packets: what is in them nobody reads."""
    r = random.Random(seed)
    return long_header(kind, version, dcid, scid, 1) + varint(n, 2) + bytes(r.randrange(256) for _ in range(n))


def short(dcid, n=60, seed=2, fixed=True):
    r = random.Random(seed)
    return bytes([0x40 if fixed else 0]) + dcid + bytes(r.randrange(256) for _ in range(n))


def retry(version, odcid, dcid, scid, token):
    packet = long_header(RETRIED, version, dcid, scid, 0xf) + token
    key, nonce = (bytes.fromhex(x) for x in RETRY[version])
    tag = AESGCM(key).encrypt(nonce, b"", bytes([len(odcid)]) + odcid + packet)
    return packet + tag


def negotiation(dcid, scid, versions):
    return b"\x8a" + bytes(4) + bytes([len(dcid)]) + dcid + bytes([len(scid)]) + scid + \
        b"".join(struct.pack(">I", v) for v in versions)


def crypto(octets, offset=0, end=None, kind=6):
    end = len(octets) if end is None else end
    return bytes([kind]) + varint(offset) + varint(end - offset, 2) + octets[offset:end]


def close(code, application=False):
    return bytes([0x1d if application else 0x1c]) + varint(code) + (b"" if application else varint(0)) + varint(0)


def extension(kind, body):
    return struct.pack(">HH", kind, len(body)) + body


def hello(name=None, alpn=(b"h3",), idle=30000, extra=0, share=32):
    """A ClientHello of TLS 1.3 with QUIC's transport parameters, `extra` octets of padding."""
    ext = b""
    if name is not None:
        n = name.encode()
        ext += extension(0, struct.pack(">HBH", len(n) + 3, 0, len(n)) + n)
    names = b"".join(bytes([len(a)]) + a for a in alpn)
    ext += extension(16, struct.pack(">H", len(names)) + names)
    ext += extension(43, b"\x02\x03\x04") + extension(10, b"\0\2\0\x1d") + extension(13, b"\0\2\x08\x04")
    key = struct.pack(">HH", 0x1d if share == 32 else 0x11ec, share) + bytes(i & 255 for i in range(share))
    ext += extension(51, struct.pack(">H", len(key)) + key)
    parameters = varint(4) + varint(4) + varint(1000000, 4)
    if idle is not None:
        parameters += varint(1) + varint(4) + varint(idle, 4)
    ext += extension(57, parameters)
    if extra:
        ext += extension(21, bytes(extra))
    body = b"\x03\x03" + bytes(range(32)) + b"\0" + b"\0\2\x13\x01" + b"\1\0" + struct.pack(">H", len(ext)) + ext
    return b"\1" + len(body).to_bytes(3, "big") + body


def server_hello():
    ext = extension(43, b"\x03\x04") + extension(51, struct.pack(">HH", 0x1d, 32) + bytes(32))
    body = b"\x03\x03" + bytes(range(32, 64)) + b"\0" + b"\x13\x01\0" + struct.pack(">H", len(ext)) + ext
    return b"\2" + len(body).to_bytes(3, "big") + body


def chlo(name):
    """Google's CHLO (QUIC Crypto): PAD, SNI, VER, ICSL."""
    n = name.encode()
    tags, values, end = b"", b"", 0
    for tag, value in ((b"PAD\0", b"-" * 900), (b"SNI\0", n), (b"VER\0", b"Q050"), (b"ICSL", struct.pack("<I", 30))):
        values += value
        end += len(value)
        tags += tag + struct.pack("<I", end)
    return b"CHLO" + struct.pack("<HH", 4, 0) + tags + values


def google_digest(head, payload, perspective):
    h = 0x6c62272e07bb014262b821756295c58d
    for octet in head + payload + perspective:
        h = ((h ^ octet) * 0x1000000000000000000013b) % (1 << 128)
    return struct.pack("<QI", h & (1 << 64) - 1, h >> 64 & 0xffffffff)


def google_public(version, cid, name):
    """Q034 and later: no private flags; lengths big-endian since Q039."""
    message = chlo(name)
    number = int(version[1:])
    size = struct.pack(">H" if number >= 39 else "<H", len(message))
    payload = b"\xa0\x01" + size + message
    head = b"\x09" + cid + version.encode() + b"\x01" if number < 46 else \
        b"\xc3" + version.encode() + b"\x50" + cid + b"\0\0\0\1"
    return head + google_digest(head, payload, b"Client" if number >= 37 else b"") + payload


class Capture:
    """Ethernet, IPv4, UDP; seconds."""

    def __init__(self):
        self.out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)

    def add(self, time, source, target, payload, snap=None):
        (a, ap), (b, bp) = source, target
        udp = struct.pack(">HHHH", ap, bp, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0x4000, 64, 17, 0,
                         bytes(map(int, a.split("."))), bytes(map(int, b.split("."))))
        total = sum(struct.unpack(">10H", ip))
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        ip = ip[:10] + struct.pack(">H", total ^ 0xffff) + ip[12:]
        frame = b"\2\0\0\0\0\2" + b"\2\0\0\0\0\1" + b"\x08\0" + ip + udp
        kept = frame[:snap] if snap else frame
        us = round(time * 1e6)
        self.out += struct.pack("<IIII", us // 1000000, us % 1000000, len(kept), len(frame)) + kept
