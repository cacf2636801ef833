#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""graphite-web's own dashboards as a person's browser draws them.

  page.py BROWSER DASHBOARDS PICTURES

Each dashboard of the folder DASHBOARDS, saved for the minutes since the test began, is opened in a
headless Chromium, which is asked over its pipe (DevTools protocol): every image of the page is loaded,
has a size, is not the picture that graphite draws of no data, and its query brings numbers.  Three
graphs of a dashboard may be empty (a host without errors).  A picture of each page goes to PICTURES.
"""
import base64
import glob
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import stores
from dashboards import open_url
from values import tell

NOBODY = 65534
PATIENCE = 90			# seconds for one page, on a busy machine
WIDTH, HEIGHT = 1380, 2150

LOADED = """[...document.querySelectorAll('img.graph-img')]
	.filter(i => i.complete && i.naturalWidth > 0 && !i.className.includes('loading')).length"""

# Debian 12's graphite-web (1.1.8) calls a function that its page does not bring (its repair of
# CVE-2022-4728 to 4730 has it in another page's script): without it no saved dashboard opens.
LACKING = "window.htmlEncode = window.htmlEncode || (text => Ext.util.Format.htmlEncode(text));"

# Of each graph: title, natural size, whether a pixel differs from that of no data, numbers behind it.
GRAPHS = """(async () => {
	const pixels = i => {
		const c = document.createElement('canvas');
		[c.width, c.height] = [i.naturalWidth, i.naturalHeight];
		c.getContext('2d').drawImage(i, 0, 0);
		return c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
	};
	const graphs = [];
	for (const i of document.querySelectorAll('img.graph-img')) {
		const url = new URL(i.src), nothing = new Image();
		url.searchParams.set('format', 'json');
		const series = await (await fetch(url)).json();
		url.searchParams.delete('format');
		url.searchParams.delete('target');
		url.searchParams.set('target', 'nothing.has.this.name');
		nothing.src = url;
		await nothing.decode();
		const [a, b] = [pixels(i), pixels(nothing)];
		graphs.push({title: url.searchParams.get('title'), width: i.naturalWidth, height: i.naturalHeight,
			     drawn: a.length != b.length || a.some((p, n) => p != b[n]),
			     numbers: series.flatMap(s => s.datapoints).filter(p => p[0] !== null).length});
	}
	return graphs;
})()"""


class Browser:
    """A Chromium of its own, as nobody, with an empty profile; its pipe is descriptors 3 and 4."""

    def __init__(self, program):
        self.home = tempfile.mkdtemp()
        os.chown(self.home, NOBODY, NOBODY)
        os.chmod(self.home, 0o700)
        theirs_in, self.to = os.pipe()
        self.answers, theirs_out = os.pipe()

        def pipes():
            high = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)
        self.process = subprocess.Popen(
            ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups", program, "--headless",
             "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
             "--user-data-dir=%s/profile" % self.home, "--window-size=%d,%d" % (WIDTH, HEIGHT),
             "--remote-debugging-pipe"],
            env=dict(os.environ, HOME=self.home), close_fds=False, preexec_fn=pipes,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.number, self.rest, self.session = 0, b"", None

    def receive(self, end):
        while b"\0" not in self.rest:
            if not select.select([self.answers], [], [], max(0, end - time.time()))[0]:
                raise RuntimeError("the browser does not answer")
            more = os.read(self.answers, 1 << 16)
            if not more:
                raise RuntimeError("the browser ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        end = time.time() + PATIENCE
        while True:
            answer = self.receive(end)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]

    def open(self, url):
        self.session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=LACKING)
        self.ask("Page.navigate", url=url)

    def evaluate(self, text):
        result = self.ask("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:300])
        return result["result"].get("value")

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def save(path):
    """The dashboard as it is shipped, but for its time: what the test saw.  Its name and its graphs."""
    with open(path, encoding="utf-8") as f:
        state = json.load(f)
    minutes = str(stores.SINCE // 60 + 1)
    state["timeConfig"].update(relativeStartQuantity=minutes, relativeStartUnits="minutes")
    state["defaultGraphParams"]["from"] = "-%sminutes" % minutes
    open_url("%s/dashboard/save/%s" % (stores.GRAPHITE, state["name"]),
             urllib.parse.urlencode({"state": json.dumps(state)}).encode())
    return state["name"], len(state["graphs"])


def look(browser, path, pictures):
    name, graphs = save(path)
    browser.open("%s/dashboard/%s" % (stores.GRAPHITE, name))
    end = time.time() + PATIENCE
    while browser.evaluate(LOADED) < graphs and time.time() < end:
        time.sleep(0.2)
    found = browser.evaluate(GRAPHS)
    browser.picture(os.path.join(pictures, "page-%s.png" % name))
    sized = [g for g in found if g["width"] >= 100 and g["height"] >= 100]
    empty = [g["title"] for g in found if not (g["drawn"] and g["numbers"])]
    tell(len(sized) == len(found) == graphs and len(empty) <= 3,
         "%s in a browser: %d of %d graphs are images, %d drawn with data%s" %
         (name, len(sized), graphs, len(found) - len(empty), ", empty: " + ", ".join(empty) if empty else ""))


def main(program, dashboards, pictures):
    os.makedirs(pictures, exist_ok=True)
    browser = Browser(program)
    try:
        for path in sorted(glob.glob(os.path.join(dashboards, "*.json"))):
            look(browser, path, pictures)
    finally:
        browser.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
