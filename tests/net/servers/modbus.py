# SPDX-License-Identifier: MIT
"""Modbus: pymodbus' server with its own client and mbpoll (libmodbus), and by a socket a pipeline."""
from place import PEER

needs = ["mbpoll"]
PORT = 1502

SERVER = """
import sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer
def block(): return ModbusSequentialDataBlock(0, [1] * 100)
context = ModbusServerContext(ModbusSlaveContext(di=block(), co=block(), hr=block(), ir=block()), single=True)
StartTcpServer(context=context, address=(sys.argv[1], int(sys.argv[2])))
"""
TALK = """
import socket, struct, sys
from pymodbus.client import ModbusTcpClient
host, port = sys.argv[1], int(sys.argv[2])
c = ModbusTcpClient(host, port=port)
assert c.connect()
def refused(answer, code):
    assert answer.isError() and answer.exception_code == code, answer
for answer in (c.read_coils(1, 8, slave=1), c.read_discrete_inputs(1, 8, slave=1), c.read_holding_registers(1, 20, slave=1),
               c.read_input_registers(1, 90, slave=1), c.write_coil(1, True, slave=1), c.write_register(1, 7, slave=1),
               c.write_coils(1, [True] * 8, slave=1), c.write_registers(1, [7] * 9, slave=1)):
    assert not answer.isError(), answer
refused(c.read_holding_registers(90, 20, slave=1), 2)
refused(c.write_register(200, 1, slave=1), 2)
c.close()

s = socket.create_connection((host, port))
def ask(n, pdu): return struct.pack(">HHHB", n, 0, len(pdu) + 1, 1) + pdu
# Three at once, of which one has no such function (Application Protocol 1.1b3, 7).
s.sendall(ask(7, b"\\3\\0\\1\\0\\2") + ask(8, b"\\x63") + ask(9, b"\\1\\0\\1\\0\\1"))
got = b""
while len(got) < 13 + 9 + 10:
    more = s.recv(999)
    assert more
    got += more
"""
TIMED = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for n in range(5):
    began = time.monotonic()
    s.sendall(b"\\0%c\\0\\0\\0\\6\\1\\4\\0\\1\\0\\1" % n)
    assert s.recv(99)[:9] == b"\\0%c\\0\\0\\0\\5\\1\\4\\2" % n
    print(time.monotonic() - began)
"""
DID = (("read_coils", None, 2), ("read_inputs", None, 1), ("read_registers", None, 3), ("read_input_registers", None, 1),
       ("write_coils", None, 2), ("write_registers", None, 2), ("read_registers", "illegal_address", 1),
       ("write_registers", "illegal_address", 1), ("other", "illegal_function", 1))


def serve(place):
    place.server("pymodbus", "/usr/bin/python3", "-c", SERVER, PEER, PORT)
    return ["tcp:%d" % PORT]


def ask(place):
    place.client("/usr/bin/python3", "-c", TALK, PEER, PORT)
    place.client("mbpoll", "-m", "tcp", "-p", PORT, "-a", "1", "-r", "1", "-c", "5", "-1", PEER)
    for kind, error, n in DID:
        place.operation(PORT, "modbus", kind, error, n)


def slow(place):
    for line in place.client("/usr/bin/python3", "-c", TIMED, PEER, PORT).splitlines():
        place.operation(PORT, "modbus", "read_input_registers")
        place.took(PORT, "modbus", "read_input_registers", float(line))
