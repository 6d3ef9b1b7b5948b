/* Python in a worker, for the page "Run the model in your browser". analysis/teaching/pyodide.py puts it, behind Pyodide's own
   two scripts, into the one file that the page fetches. It starts from what the page hands over, so it also starts on a
   page that was opened as a file, where a browser fetches nothing. It runs code once.
   In: {start: {module, stdlib, lock, files}}, then {run: code}.
   Out: {ready: version}, {text}, {done: {ok, message, line}}, {failed: message}. */
"use strict";
(() => {
  // Output is sent on a few times a second: a message a line would be slower than the line.
  let waiting = "", sent = 0;
  const send = () => {
    if (waiting) postMessage({ text: waiting });
    waiting = "";
    sent = performance.now();
  };
  const write = (text) => {
    waiting += text;
    if (performance.now() - sent > 100) send();
  };

  let run;
  const start = async ({ module, stdlib, lock, files }) => {
    // All that Python's start asks for is here already: its WebAssembly, compiled, and its own library.
    self.fetch = async (address) => new Response(String(address).endsWith(".zip") ? stdlib : "");
    WebAssembly.instantiateStreaming = async (_, imports) => ({ module, instance: await WebAssembly.instantiate(module, imports) });
    const python = await loadPyodide({
      indexURL: "memory://core/", packageBaseUrl: "memory://core/", lockFileContents: lock,
    });
    // Nothing else is ever fetched: the page's policy refuses all requests, and what would run a file of the site goes.
    for (const name of ["fetch", "importScripts", "Worker"]) {
      for (let owner = self; owner; owner = Object.getPrototypeOf(owner)) delete owner[name];
    }
    for (const [path, text] of Object.entries(files)) {
      python.FS.mkdirTree(`/lab/${path}`.replace(/\/[^/]*$/, ""));
      python.FS.writeFile(`/lab/${path}`, text);
    }
    python.globals.set("write", write);
    run = python.runPython(
      "import sys\nsys.path.insert(0, '/lab')\nfrom analysis.teaching.lab import answer\nlambda code: answer(code, write)",
    );
    postMessage({ ready: python.runPython("import sys; sys.version.split()[0]") });
  };

  self.onmessage = async ({ data }) => {
    try {
      if (data.start) return await start(data.start);
      const found = run(data.run);
      send();
      postMessage({ done: JSON.parse(found) });
    } catch (error) {
      send();
      postMessage({ failed: String(error.message || error) });
    }
  };
})();
