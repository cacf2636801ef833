#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""half_hello.py - writes half_hello.bin: a client's Initial of QUIC version 1 (RFC 9001, 5)
whose CRYPTO frame holds the first 100 octets of a ClientHello of 400 (needs python3-cryptography).
"""
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
CID = bytes.fromhex("8394c8f03e515708")


def expand(secret, label, length):
    info = struct.pack("!HB", length, len(label) + 6) + b"tls13 " + label + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:length]


initial = hmac.new(SALT, CID, hashlib.sha256).digest()
client = expand(initial, b"client in", 32)
key, iv, hp = expand(client, b"quic key", 16), expand(client, b"quic iv", 12), expand(client, b"quic hp", 16)
assert key.hex() == "1f369613dd76d5467730efcbe3b1a22d"     # RFC 9001, A.1

hello = (b"\x01\x00\x01\x8c\x03\x03" + bytes(range(32)) + b"\0\0\x02\x13\x01\x01\0" + b"\x01\x61" +
         b"\0\x2a\x01\x5d" + bytes(400))[:100]
frames = b"\x06\x00\x40\x64" + hello
number = 0
payload = frames + bytes(1162 - len(frames))
header = (b"\xc3" + struct.pack("!I", 1) + bytes([len(CID)]) + CID + b"\0\0" +
          struct.pack("!H", 0x4000 | (4 + len(payload) + 16)) + struct.pack("!I", number))
sealed = AESGCM(key).encrypt(iv, payload, header)
sample = sealed[:16]
encryptor = Cipher(algorithms.AES(hp), modes.ECB()).encryptor()
mask = encryptor.update(sample) + encryptor.finalize()
protected = bytearray(header)
protected[0] ^= mask[0] & 0x0f
for i in range(4):
    protected[-4 + i] ^= mask[1 + i]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "half_hello.bin"), "wb") as f:
    f.write(bytes(protected) + sealed)
