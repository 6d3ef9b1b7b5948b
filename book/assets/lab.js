// The page "Run the model in your browser" (analysis/teaching/site/lab.py). Python runs in a worker, so that the page stays
// awake and an endless loop can be ended. It is fetched when "Run" is pressed for the first time, and not before.
(() => {
  "use strict";
  const lab = document.getElementById("lab");
  const core = lab && lab.querySelector("[data-core]");
  if (!core) return; // A copy without Python: the page says so.

  const LIMIT_SECONDS = 30, MOST_OUTPUT = 40000;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const examples = read("lab-examples"), files = read("lab-files"), asked = read("lab-exercises");
  const kept = self.reportLabAnswers;
  const find = (name) => lab.querySelector(`.lab-${name}`);
  const code = document.getElementById("lab-code"), pick = document.getElementById("lab-example");
  const [runButton, stopButton, resetButton, linkButton, mineButton] = ["run", "stop", "reset", "link", "mine"].map(find);
  const status = find("status"), output = find("output"), reason = document.getElementById("lab-reason");
  const student = document.getElementById("lab-student"), file = document.getElementById("lab-file");
  const address = document.getElementById("lab-address");

  // The worker that runs the code at hand; and a promise of one that has run none yet.
  let worker = null, prepared = null;
  let running = false, ran = "", turn = 0, started = 0, timer = 0;
  const say = (text, kind = "") => {
    status.textContent = text;
    status.dataset.kind = kind;
  };

  // The code to start from: an example, or what the address holds.
  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const bytes = (base64) => {
    const letters = atob(base64), made = new Uint8Array(letters.length);
    // A loop: with 5 MB, `Uint8Array.from` holds WebKit up ten times as long, and the page with it.
    for (let at = 0; at < letters.length; at++) made[at] = letters.charCodeAt(at);
    return made;
  };
  const decode = (text) => new TextDecoder("utf-8", { fatal: true }).decode(bytes(text.replace(/-/g, "+").replace(/_/g, "/")));
  const isExercise = (name) => Object.hasOwn(asked.exercises, name);

  // What stands in the editor. Code that came with a link is a draft of its own, beside the reader's own of that name.
  let name = "", link = "", start = "", undone = null;
  const slot = () => link ? `${name} ${link}` : name;
  const state = (each) => {
    const draft = kept.get(each);
    return { right: "✓ right", read: "✓ for a reader" }[draft?.outcome] ?? (draft ? "tried" : "blank");
  };
  const list = () => {
    const count = {};
    for (const way of lab.querySelectorAll(".lab-list a")) {
      const each = way.dataset.exercise, found = state(each);
      way.nextElementSibling.textContent = found;
      way.nextElementSibling.dataset.state = found;
      way.ariaCurrent = each === name && !link ? "true" : null; // An empty value would mean "not current".
      count[found] = (count[found] ?? 0) + 1;
    }
    const parts = ["✓ right", "✓ for a reader", "tried", "blank"].filter((each) => count[each]);
    if (student) find("standing").textContent = parts.map((each) => `${count[each]} ${each.replace("✓ ", "")}`).join(", ");
    find("refused").hidden = !kept.refused();
  };
  const keep = (change) => {
    const draft = { outcome: "", said: "", reason: "", ...kept.get(slot()), code: code.value, ...change };
    kept.set(slot(), draft.code === start && !draft.reason ? null : draft);
    list();
  };
  const undoable = (what) => {
    undone = what;
    resetButton.textContent = what ? "Bring my code back" : "Reset the code";
  };
  const show = (next, from = "") => {
    if (running) end("");
    [name, link, start] = [next, from, from ? decode(from) : examples[next]];
    undoable(null);
    const draft = kept.get(slot());
    pick.value = name;
    code.value = draft?.code ?? start;
    output.textContent = draft?.said ?? "";
    find("chapter").hidden = !isExercise(name);
    if (isExercise(name)) find("chapter").querySelector("a").href = asked.exercises[name].page;
    const question = isExercise(name) && !link ? asked.exercises[name].reason : "";
    find("reason").hidden = !question;
    find("question").textContent = question;
    reason.value = draft?.reason ?? "";
    mineButton.hidden = !link || !name;
    address.parentElement.hidden = true;
    list();
    const changed = draft !== null && draft.code !== start;
    if (!link) say(changed ? "Your code from before stands here. “Reset the code” brings back what it began with." : "");
    else if (changed) say("Your later version of this link's code stands here. “Reset the code” brings back what came with the link.");
    else say(`This code came with the address. Read it before you run it.${name ? " Your own code is kept apart." : ""}`);
  };
  const reopen = () => {
    const given = new URLSearchParams(location.hash.slice(1).replace(/%3D/gi, "=")), wanted = given.get("example") ?? location.hash.slice(1);
    const known = Object.hasOwn(examples, wanted), from = given.get("code") ?? "";
    if (known || from) lab.scrollIntoView();
    try {
      show(known ? wanted : from ? "" : Object.keys(examples)[0], from);
    } catch {
      show(known ? wanted : Object.keys(examples)[0]);
      say("The code in the address cannot be read; what it began with stands here instead.", "bad");
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

  // A run. The buttons keep the focus while they do nothing.
  const atWork = (now) => {
    running = now;
    runButton.setAttribute("aria-disabled", now);
    stopButton.setAttribute("aria-disabled", !now);
  };
  const end = (text, kind) => {
    clearTimeout(timer);
    turn += 1;
    atWork(false);
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
    judged();
    if (ok) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      end(`Done in ${seconds} s.${output.textContent ? "" : " Nothing was printed: write print(...) around a result."}`,
        /: (NOT YET RIGHT|BLANK)\. /.test(output.textContent) ? "" : "good"); // No tick beside a wrong answer.
    } else {
      end(`${line ? `Line ${line}: ` : ""}${message}`, "bad");
      if (line) select(line);
    }
  }
  // What the check of an exercise has said of the code that stands there still.
  const judged = () => {
    if (!isExercise(name) || code.value !== ran) return;
    const lines = output.textContent.split("\n"), at = lines.findLastIndex((each) => each.startsWith(`${name}: `));
    const said = at < 0 ? "" : lines.slice(at).join("\n");
    const outcome = /^: (RIGHT|FOR YOU TO JUDGE)\. /.exec(said.slice(name.length))?.[1];
    keep({ said: said.slice(0, 2000), outcome: { RIGHT: "right", "FOR YOU TO JUDGE": "read" }[outcome] ?? "" });
  };
  const run = async () => {
    if (running) return;
    atWork(true);
    output.textContent = "";
    const mine = turn;
    ran = code.value;
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
    worker.postMessage({ run: ran });
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

  const go = (next) => {
    history.replaceState(null, "", `#example=${next}`);
    show(next);
  };
  pick.addEventListener("change", () => go(pick.value));
  runButton.addEventListener("click", run);
  stopButton.addEventListener("click", () => { if (running) end("Stopped. Run again starts Python anew."); });
  code.addEventListener("input", () => {
    undoable(null);
    keep({ outcome: "", said: "" });
  });
  reason.addEventListener("input", () => keep({ reason: reason.value }));
  resetButton.addEventListener("click", () => {
    const before = undone ? null : code.value;
    code.value = undone ?? start;
    keep({ outcome: "", said: "" });
    undoable(before === start ? null : before);
    say(before === null ? "Your code is back." : "The code stands as it was.");
  });
  linkButton.addEventListener("click", async () => {
    address.value = `${location.href.replace(/#.*/, "")}#${name ? `example=${name}&` : ""}code=${encode(code.value)}`;
    address.parentElement.hidden = false;
    try {
      await navigator.clipboard.writeText(address.value);
      say("The link is copied. Whoever opens it sees this code, and nothing runs before they press “Run”.");
    } catch {
      address.select();
      say("The link stands below the buttons: copy it from there.");
    }
  });

  // A question before something is replaced; the last choice changes nothing.
  const box = find("ask");
  let settle = null;
  const ask = (text, ...choices) => new Promise((resolve) => {
    if (settle) settle(choices.length - 1);
    const back = document.activeElement;
    settle = (choice) => {
      settle = null;
      box.hidden = true;
      back.focus();
      resolve(choice);
    };
    const line = document.createElement("p"), row = document.createElement("p");
    line.textContent = text;
    row.className = "lab-tools";
    row.append(...choices.map((label, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => settle(place));
      return button;
    }));
    box.replaceChildren(line, row);
    box.hidden = false;
    row.firstChild.focus();
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") settle(box.querySelectorAll("button").length - 1); });

  mineButton.addEventListener("click", async () => {
    const text = code.value, own = name;
    if (kept.get(own) && await ask("Your own code for this is another. Put that of the link in its place?", "Replace mine", "Keep mine")) return;
    kept.set(own, { ...kept.get(own), code: text, outcome: "", said: "" });
    go(own);
    say("This is your own code now.");
  });

  // All answers, as a notebook
  const answering = () => {
    student.value = kept.student();
    student.addEventListener("input", () => {
      kept.student(student.value);
      list();
    });
    find("download").addEventListener("click", () => {
      const called = student.value.trim().replace(/\s+/g, " ");
      const answers = Object.keys(asked.exercises).map((each) => [each, kept.get(each)]).filter(([, draft]) => draft);
      const about = find("answers-status");
      if (!answers.length) about.textContent = "Nothing is answered yet: choose an exercise, and write into its code.";
      else if (!called) {
        about.textContent = "Write your name first: it goes into the notebook.";
        student.focus();
      } else {
        const way = document.createElement("a");
        way.download = `answers_${called.replace(/[^\p{L}\p{N}-]+/gu, "_")}.ipynb`;
        way.href = URL.createObjectURL(new Blob([kept.written(called, answers, asked)], { type: "application/x-ipynb+json" }));
        way.click();
        setTimeout(() => URL.revokeObjectURL(way.href), 60_000);
        about.textContent = `${way.download} has ${answers.length} of ${Object.keys(asked.exercises).length} exercises: `
          + `${answers.map(([each]) => each).join(", ")}. Hand in this file.`;
      }
    });
    find("open").addEventListener("click", () => file.click());
    file.addEventListener("change", async () => {
      const [chosen] = file.files, about = find("answers-status");
      if (!chosen) return;
      const called = chosen.name.slice(0, 60);
      try {
        if (chosen.size > kept.MOST_BYTES) throw new Error("is larger than 2 MB");
        const found = kept.opened(await chosen.text(), asked);
        const same = (draft, own) => draft.code.trim() === own.code.trim() && draft.reason === own.reason;
        for (const [each, draft] of found.answers) {
          draft.code ||= examples[each];
          if (kept.get(each) && same(draft, kept.get(each))) found.answers.delete(each);
        }
        const double = [...found.answers.keys()].filter((each) => kept.get(each));
        const choice = double.length && await ask(
          `${called} has other answers than yours here to ${double.join(", ")}. Put them in place of yours?`,
          "Replace mine", "Keep mine, and take the rest", "Change nothing",
        );
        if (choice === 2) return;
        const taken = [...found.answers].filter(([each]) => choice === 0 || !double.includes(each));
        taken.forEach(([each, draft]) => kept.set(each, draft));
        if (!student.value) kept.student(student.value = found.student.slice(0, 80));
        show(name, link);
        about.textContent = taken.length
          ? `${called} is open: ${taken.map(([each]) => each).join(", ")}. Press Run to check an answer again.`
          : `${called} has nothing that is not here already.`;
      } catch (error) {
        about.textContent = `${called} ${error.message}. Nothing here has changed.`;
      } finally {
        file.value = "";
      }
    });
    find("forget").addEventListener("click", async () => {
      if (await ask("Forget all code, answers and the name that this browser keeps for this page?", "Forget all", "Keep all")) return;
      kept.clear();
      student.value = "";
      show(name, link);
      find("answers-status").textContent = "Nothing is kept here any more.";
    });
  };
  if (student) answering(); // A scenario's site has no exercises.
  // What another tab has written stands here at once.
  addEventListener("storage", (event) => {
    if (event.key !== null && !event.key.startsWith(kept.PREFIX)) return;
    const draft = kept.get(slot());
    if ((draft?.code ?? start) !== code.value || (draft?.reason ?? "") !== reason.value) show(name, link);
    if (student) student.value = kept.student();
    list();
  });

  find("listings").hidden = true;
  find("work").hidden = false;
  reopen();
  addEventListener("hashchange", () => {
    if (!Object.hasOwn(examples, location.hash.slice(1)) && !/^#(code|example)(=|%3D)/i.test(location.hash)) return;
    reopen();
    code.focus();
  });
})();
