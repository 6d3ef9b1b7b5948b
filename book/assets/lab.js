// The page "Run the model in your browser" (analysis/teaching/site/lab.py). Python runs in a worker, so that the page stays
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

  // The worker that runs the code at hand; and a promise of one that has run none yet.
  let worker = null, prepared = null;
  let running = false, turn = 0, started = 0, timer = 0;
  const say = (text, kind = "") => {
    status.textContent = text;
    status.dataset.kind = kind;
  };

  // The code to start from: an example, or what the address holds.
  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const decode = (text) => new TextDecoder("utf-8", { fatal: true }).decode(bytes(text.replace(/-/g, "+").replace(/_/g, "/")));
  const isExercise = (name) => /-\d+$/.test(name);
  // An answer outlives a look at the chapter. It is kept for this tab alone.
  const draft = (name) => `lab ${name}`;
  const show = (name) => {
    pick.value = name;
    const kept = isExercise(name) ? sessionStorage.getItem(draft(name)) : null;
    code.value = kept ?? examples[name];
    const way = find("chapter");
    way.hidden = !isExercise(name);
    if (isExercise(name)) way.querySelector("a").href = `${name.replace(/-\d+$/, "")}.html#exercise-${name}`;
    say(kept === null || kept === examples[name] ? "" : "Your code from before stands here. “Reset the code” brings back the blank.");
  };
  const reopen = () => {
    const given = new URLSearchParams(location.hash.slice(1).replace(/%3D/gi, "=")), asked = given.get("example") || location.hash.slice(1);
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

  // Python, fetched and compiled once.
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
  const inflated = (base64) =>
    new Response(new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const compiled = async () => {
    if (typeof Worker !== "function" || typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
      throw new Error("This browser is too old to run Python. One from 2023 or later can.");
    }
    await loaded();
    const { scripts, wasm, stdlib, lock } = self.reportLabCore;
    const address = URL.createObjectURL(new Blob([await inflated(scripts)], { type: "text/javascript" }));
    return { address, start: { module: await WebAssembly.compile(await inflated(wasm)), stdlib: bytes(stdlib), lock, files } };
  };
  let compiling = null;
  // A worker of its own for each run, so that nothing that one leaves behind, a timer or a changed module, is there in the next.
  const fresh = async () => {
    compiling = compiling || compiled();
    const { address, start } = await compiling;
    return new Promise((resolve, reject) => {
      const made = new Worker(address);
      const give = (why) => {
        made.terminate();
        reject(new Error(`Python did not start: ${why}`));
      };
      made.onerror = (event) => {
        event.preventDefault();
        give(`${event.message || "this browser starts no worker here"}. `
          + "If this page was opened as a file, serve the folder instead; the page says how.");
      };
      made.onmessage = ({ data }) => {
        if (data.failed) return give(data.failed);
        made.onmessage = (event) => heard(made, event.data);
        made.onerror = (event) => {
          event.preventDefault();
          if (made === worker) broken(event.message);
        };
        resolve(made);
      };
      made.postMessage({ start });
    });
  };
  const prepare = () => {
    prepared = prepared || fresh();
    prepared.catch(() => { prepared = compiling = null; }); // The next run tries again.
    return prepared;
  };

  // A run
  const end = (text, kind) => {
    clearTimeout(timer);
    turn += 1;
    running = false;
    runButton.disabled = false;
    stopButton.disabled = true;
    say(text, kind);
    if (!worker) return;
    worker.terminate();
    worker = null;
    prepare(); // While the result is read.
  };
  const broken = (why) => end(`Python broke off: ${why}. Run again starts it anew.`, "bad");
  const select = (line) => {
    const before = code.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const ending = code.value.indexOf("\n", before);
    code.setSelectionRange(before, ending < 0 ? code.value.length : ending);
  };
  // What comes from the worker may come from the reader's code: it is text, or it is nothing.
  function heard(from, data) {
    if (from !== worker || !data) return;
    if (typeof data.text === "string") {
      const room = MOST_OUTPUT - output.textContent.length;
      output.append(data.text.slice(0, Math.max(room, 0)));
    }
    if (data.failed) broken(data.failed);
    if (!data.done) return;
    const { ok, message, line } = data.done;
    if (ok) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      end(`Done in ${seconds} s.${output.textContent ? "" : " Nothing was printed: write print(...) around a result."}`,
        /: (NOT YET RIGHT|BLANK)\. /.test(output.textContent) ? "" : "good"); // No tick beside a wrong answer.
    } else {
      end(`${line ? `Line ${line}: ` : ""}${message}`, "bad");
      if (line) select(line);
    }
  }
  const run = async () => {
    if (running) return;
    running = true;
    runButton.disabled = true;
    stopButton.disabled = false;
    output.textContent = "";
    const mine = turn;
    say(self.reportLabCore ? "Starting Python …" : "Fetching Python …");
    try {
      const made = await prepare();
      if (mine !== turn) return; // Stop was pressed while Python started; the next run has it.
      worker = made;
      prepared = null;
    } catch (error) {
      if (mine === turn) end(error.message, "bad");
      return;
    }
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
  code.addEventListener("input", () => { if (isExercise(pick.value)) sessionStorage.setItem(draft(pick.value), code.value); });
  resetButton.addEventListener("click", () => {
    sessionStorage.removeItem(draft(pick.value));
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
  addEventListener("hashchange", () => { if (Object.hasOwn(examples, location.hash.slice(1)) || /^#(code|example)(=|%3D)/i.test(location.hash)) reopen(); });
})();
