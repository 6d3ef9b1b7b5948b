/* Python in a worker, for the page "Run the model in your browser". analysis/report/lab.py puts it, behind Pyodide's own
   two scripts, into the one file that the page fetches. It starts from bytes that the page hands over, so it also starts
   on a page that was opened as a file, where a browser fetches nothing.
   In: {start: {wasm, stdlib, lock, files}}, then any number of {run: code}.
   Out: {ready: version}, {text}, {done: {ok, message, line}}, {failed: message}. */
"use strict";
(() => {
  const bytes = (base64) => {
    const raw = atob(base64);
    const found = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
    return found;
  };
  const inflated = async (base64) => {
    const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

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
  const start = async ({ wasm, stdlib, lock, files }) => {
    const core = { "pyodide.asm.wasm": await inflated(wasm), "python_stdlib.zip": bytes(stdlib) };
    // All that Python's start asks for is here already, and nothing else is ever fetched.
    self.fetch = async (address) => {
      const name = String(address).split("/").pop();
      if (!core[name]) throw new Error("Nothing is fetched on this page.");
      const type = name.endsWith(".wasm") ? "application/wasm" : "application/zip";
      return new Response(core[name], { headers: { "Content-Type": type } });
    };
    const python = await loadPyodide({
      indexURL: "memory://core/", packageBaseUrl: "memory://core/", lockFileContents: lock,
    });
    for (const name in core) delete core[name];
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
