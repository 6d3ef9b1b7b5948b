// The page "Run the model in your browser" (analysis/report/site/lab.py). Python runs in a worker, so that the page stays
// awake and an endless loop can be ended. It is fetched when "Run" is pressed for the first time, and not before.
(() => {
  "use strict";
  const lab = document.getElementById("lab");
  const core = lab && lab.querySelector("[data-core]");
  if (!core) return; // A copy without Python: the page says so.

  const LIMIT_SECONDS = 30, MOST_OUTPUT = 40000;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const examples = read("lab-examples"), files = read("lab-files");
  const find = (name) => lab.querySelector(`.lab-${name}`);
  const code = document.getElementById("lab-code"), pick = document.getElementById("lab-example");
  const [runButton, stopButton, resetButton, linkButton] = ["run", "stop", "reset", "link"].map(find);
  const status = find("status"), output = find("output");

  let worker = null, running = false, started = 0, timer = 0;
  const say = (text, kind = "") => {
    status.textContent = text;
    status.dataset.kind = kind;
  };

  // The code to start from: an example, or what the address holds.
  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const decode = (text) => new TextDecoder("utf-8", { fatal: true })
    .decode(Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0)));
  const isExercise = (name) => /-\d+$/.test(name);
  // An answer outlives a look at the chapter. It is kept for this tab alone; a browser may refuse even that.
  const draft = {
    of: (name) => { try { return sessionStorage.getItem(`lab ${name}`); } catch { return null; } },
    keep: (name, text) => { try { sessionStorage.setItem(`lab ${name}`, text); } catch { /* only a reload loses it */ } },
    drop: (name) => { try { sessionStorage.removeItem(`lab ${name}`); } catch { /* nothing was kept */ } },
  };
  const show = (name) => {
    pick.value = name;
    const kept = isExercise(name) ? draft.of(name) : null;
    code.value = kept ?? examples[name];
    const way = find("chapter");
    way.hidden = !isExercise(name);
    if (isExercise(name)) way.querySelector("a").href = `${name.replace(/-\d+$/, "")}.html#exercise-${name}`;
    say(kept === null || kept === examples[name] ? "" : "Your code from before stands here. “Reset the code” brings back the blank.");
  };
  const reopen = () => {
    const given = new URLSearchParams(location.hash.slice(1)), asked = given.get("example") || location.hash.slice(1);
    show(Object.hasOwn(examples, asked) ? asked : Object.keys(examples)[0]);
    if (Object.hasOwn(examples, asked)) lab.scrollIntoView();
    if (!given.has("code")) return;
    try {
      code.value = decode(given.get("code"));
      say("This code came with the address. Read it before you run it.");
    } catch {
      say("The code in the address cannot be read; the example stands here instead.", "bad");
    }
  };

  // Python
  const loaded = () => self.reportLabCore ? Promise.resolve() : new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = core.dataset.core;
    script.onload = resolve;
    script.onerror = () => {
      script.remove();
      reject(new Error(`Python could not be fetched (${core.dataset.core}). Is the copy of the site complete?`));
    };
    document.head.append(script);
  });
  let address = "";
  const sources = async () => {
    const raw = Uint8Array.from(atob(self.reportLabCore.scripts), (letter) => letter.charCodeAt(0));
    const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
    return URL.createObjectURL(new Blob([await new Response(stream).arrayBuffer()], { type: "text/javascript" }));
  };
  const start = async () => {
    if (typeof Worker !== "function" || typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
      throw new Error("This browser is too old to run Python. One from 2023 or later can.");
    }
    await loaded();
    address = address || await sources();
    return new Promise((resolve, reject) => {
      const made = new Worker(address);
      const give = (error) => {
        made.terminate();
        reject(error);
      };
      made.onerror = (event) => {
        event.preventDefault();
        give(new Error(`Python did not start: ${event.message || "this browser starts no worker here"}. `
          + "If this page was opened as a file, serve the folder instead; the page says how."));
      };
      made.onmessage = ({ data }) => {
        if (data.failed) return give(new Error(`Python did not start: ${data.failed}`));
        made.onmessage = heard;
        made.onerror = (event) => {
          event.preventDefault();
          end(`Python broke off: ${event.message}. Run again starts it anew.`, "bad");
        };
        resolve(made);
      };
      const { wasm, stdlib, lock } = self.reportLabCore;
      made.postMessage({ start: { wasm, stdlib, lock, files } });
    });
  };

  // A run
  const free = () => {
    clearTimeout(timer);
    running = false;
    runButton.disabled = false;
    stopButton.disabled = true;
  };
  const end = (text, kind) => {
    if (worker) worker.terminate();
    worker = null;
    free();
    say(text, kind);
  };
  const select = (line) => {
    const before = code.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const ending = code.value.indexOf("\n", before);
    code.setSelectionRange(before, ending < 0 ? code.value.length : ending);
  };
  function heard({ data }) {
    if (data.text) {
      const room = MOST_OUTPUT - output.textContent.length;
      output.append(data.text.slice(0, Math.max(room, 0)));
    }
    if (data.failed) end(`Python broke off: ${data.failed}. Run again starts it anew.`, "bad");
    if (!data.done) return;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    free();
    if (data.done.ok) {
      say(`Done in ${seconds} s.${output.textContent ? "" : " Nothing was printed: write print(...) around a result."}`,
        /: (NOT YET RIGHT|BLANK)\. /.test(output.textContent) ? "" : "good"); // No tick beside a wrong answer.
    } else {
      say(`${data.done.line ? `Line ${data.done.line}: ` : ""}${data.done.message}`, "bad");
      if (data.done.line) select(data.done.line);
    }
  }
  const run = async () => {
    if (running) return;
    running = true;
    runButton.disabled = true;
    stopButton.disabled = false;
    output.textContent = "";
    let mine = worker;
    try {
      if (!mine) {
        say(self.reportLabCore ? "Starting Python …" : "Fetching Python …");
        mine = await start();
      }
    } catch (error) {
      free();
      return say(error.message, "bad");
    }
    if (!running) return mine.terminate(); // Stop was pressed while Python started.
    worker = mine;
    started = performance.now();
    say("Running …");
    timer = setTimeout(() => end(`Stopped: the code ran for ${LIMIT_SECONDS} seconds. Does a loop never end?`, "bad"), LIMIT_SECONDS * 1000);
    worker.postMessage({ run: code.value });
  };

  // The editor: Tab indents until Escape is pressed, so that the keyboard is never caught.
  let leaving = false;
  const put = (text) => {
    // The one way to change a text area that "undo" knows.
    if (!document.execCommand("insertText", false, text)) code.setRangeText(text, code.selectionStart, code.selectionEnd, "end");
  };
  code.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      leaving = true;
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Tab" && !event.shiftKey && !leaving && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      put("    ");
    } else if (event.key === "Enter" && !event.isComposing) {
      const line = code.value.slice(0, code.selectionStart).split("\n").pop();
      const deeper = line.trimEnd().endsWith(":") ? "    " : "";
      event.preventDefault();
      put(`\n${/^ */.exec(line)[0]}${deeper}`);
    }
    if (event.key !== "Shift") leaving = false;
  });
  code.addEventListener("blur", () => { leaving = false; });

  pick.addEventListener("change", () => {
    show(pick.value);
    history.replaceState(null, "", `#example=${pick.value}`);
  });
  runButton.addEventListener("click", run);
  stopButton.addEventListener("click", () => {
    end("Stopped. Run again starts Python anew.");
    runButton.focus();
  });
  code.addEventListener("input", () => { if (isExercise(pick.value)) draft.keep(pick.value, code.value); });
  resetButton.addEventListener("click", () => {
    draft.drop(pick.value);
    show(pick.value);
    say("The code stands as it was.");
  });
  linkButton.addEventListener("click", async () => {
    history.replaceState(null, "", `#code=${encode(code.value)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied. Whoever opens it sees this code, and nothing runs before they press “Run”.");
    } catch {
      say("The address of this page now holds the code: copy it from there.");
    }
  });

  find("listings").hidden = true;
  find("work").hidden = false;
  reopen();
  addEventListener("hashchange", () => { if (Object.hasOwn(examples, location.hash.slice(1))) reopen(); });
})();
