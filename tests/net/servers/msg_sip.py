# SPDX-License-Identifier: MIT
"""SIP: sipp on both ends, over UDP and TCP: calls, a registration with its challenge, refusals, a slow answer."""
import csv
import glob

from place import HOST, PEER, Failed

needs = ["sipp"]
CALLS, STREAM, REGISTER, REFUSED, SLOW = 5060, 5062, 5064, 5066, 5068
N = 20

VIA = """      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:a@[local_ip]:[local_port]>;tag=[call_number]
      To: <sip:b@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: {n} {method}
      Contact: <sip:a@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Length: 0
"""
HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="x">\n'


def send(method, n):
    return ('<send retrans="10000" start_rtd="1"><![CDATA[\n      %s sip:b@[remote_ip]:[remote_port] SIP/2.0\n%s\n    ]]></send>\n' %
            (method, VIA.format(n=n, method=method)))


def answer(method, status, phrase, wait=0):
    return ('<recv request="%s" />\n%s<send><![CDATA[\n      SIP/2.0 %d %s\n      [last_Via:]\n      [last_From:]\n'
            "      [last_To:];tag=x[call_number]\n      [last_Call-ID:]\n      [last_CSeq:]\n      Content-Length: 0\n"
            "\n    ]]></send>\n" % (method, '<pause milliseconds="%d"/>\n' % wait if wait else "", status, phrase))


def scenario(place, name, *parts):
    return place.write(name + ".xml", HEAD + "".join(parts) + "</scenario>\n")


def expect(status):
    return '<recv response="%d" rtd="1"></recv>\n' % status


def serve(place):
    def uas(port, *options):
        place.server("sipp-%d" % port, "sipp", "-nostdin", "-i", PEER, "-p", port, *options)
    uas(CALLS, "-sn", "uas")
    uas(STREAM, "-sn", "uas", "-t", "t1")
    uas(REGISTER, "-sf", scenario(place, "register-s", answer("REGISTER", 401, "Unauthorized"),
                                  answer("REGISTER", 200, "OK")))
    uas(REFUSED, "-sf", scenario(place, "refused-s", answer("MESSAGE", 404, "Not Found"),
                                 answer("SUBSCRIBE", 503, "Service Unavailable"), answer("INFO", 603, "Decline"),
                                 answer("NOSUCH", 202, "Accepted")))
    uas(SLOW, "-sf", scenario(place, "slow-s", answer("OPTIONS", 200, "OK", 50)))
    return ["udp:%d" % p for p in (CALLS, REGISTER, REFUSED, SLOW)] + ["tcp:%d" % STREAM]


def uac(place, port, calls, *options):
    place.client("sipp", "%s:%d" % (PEER, port), "-nostdin", "-i", HOST, "-m", calls, "-r", 50, "-timeout", "15",
                 "-timeout_error", *options)


def ask(place):
    for port, options in ((CALLS, ()), (STREAM, ("-t", "t1"))):
        uac(place, port, N, "-sn", "uac", "-d", 10, *options)
        place.operation(port, "sip", "invite", n=N)
        place.operation(port, "sip", "bye", n=N)
    uac(place, REGISTER, N, "-sf", scenario(place, "register-c", send("REGISTER", 1), expect(401),
                                            send("REGISTER", 2), expect(200)))
    place.operation(REGISTER, "sip", "register", n=2 * N)
    uac(place, REFUSED, N, "-sf", scenario(
        place, "refused-c", send("MESSAGE", 1), expect(404), send("SUBSCRIBE", 2), expect(503), send("INFO", 3),
        expect(603), send("NOSUCH", 4), expect(202)))
    for kind, error in (("message", "4xx"), ("subscribe", "5xx"), ("info", "6xx"), ("other", None)):
        place.operation(REFUSED, "sip", kind, error, N)
    uac(place, SLOW, 9, "-sf", scenario(place, "slow-c", send("OPTIONS", 1), expect(200)), "-r", 10, "-trace_rtt",
        "-rtt_freq", 1)
    files = glob.glob(place.path("slow-c_*_rtt.csv"))
    if len(files) != 1:
        raise Failed("sipp wrote no times")
    with open(files[0], encoding="utf-8") as f:
        for row in list(csv.reader(f, delimiter=";"))[1:]:
            place.operation(SLOW, "sip", "options")
            place.took(SLOW, "sip", "options", float(row[1]) / 1000)
