// What the page "Run the model in your browser" keeps of a reader's work, and the notebook in which it is taken away and
// brought back. `report grade` reads that notebook (analysis/teaching/grading/handins.py). Nothing here touches the page.
(() => {
  "use strict";
  const PREFIX = "report-lab:", MADE_BY = "report lab", MOST_BYTES = 2_000_000;

  // Where the browser refuses to keep something, this page alone remembers it.
  const memory = new Map();
  let refused = false;
  const set = (key, value) => {
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, JSON.stringify(value));
      memory.delete(key);
    } catch {
      refused = true;
      memory.set(key, value);
    }
  };
  const read = (key) => {
    if (memory.has(key)) return memory.get(key);
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key));
    } catch {
      return null;
    }
  };
  const text = (value) => typeof value === "string" ? value : "";
  // A draft: its code, what the check said of it, and the answer for a reader. Whatever else is kept under its name is none.
  const get = (name) => {
    const found = read(`code:${name}`);
    if (!found || typeof found.code !== "string") return null;
    return { code: found.code, outcome: text(found.outcome), said: text(found.said), reason: text(found.reason) };
  };
  const clear = () => {
    memory.clear();
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
    } catch {
      refused = true;
    }
  };
  set("probe", 1);
  set("probe", null);

  // The notebook. The lines that only this page needs stay here: a grader has its own check and its own `case`.
  const taken = (code, { check }, { head }) => {
    const here = new Set([...head.split("\n"), ...check.split("\n")]);
    return code.split("\n").filter((line) => !here.has(line)).join("\n").trim();
  };
  const given = (source, { check }, { first, head }) => {
    const lines = source.split("\n");
    lines.splice(lines.indexOf(first) + 1, 0, head);
    return `${lines.join("\n")}\n\n${check}\n`;
  };
  const written = (student, answers, data) => {
    const cells = [];
    const add = (kind, source, metadata) => cells.push({
      cell_type: kind, id: `cell-${String(cells.length).padStart(2, "0")}`, metadata, source,
      ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
    });
    for (const [name, { code, reason }] of answers) {
      const exercise = data.exercises[name];
      add("markdown", `## ${exercise.title}`, {});
      if (code) add("code", taken(code, exercise, data), { tags: ["answer"], answer: name });
      if (!reason) continue;
      add("markdown", exercise.reason, {});
      add("markdown", reason, { tags: ["answer", "reason"], answer: name });
    }
    const kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
    const metadata = { kernelspec, language_info: { name: "python" }, made_by: MADE_BY, student };
    return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1);
  };

  // What a file holds, exercise -> draft. Anybody may have written it: an error says in a sentence what it is not.
  const source = (cell) => Array.isArray(cell.source) ? cell.source.join("") : cell.source;
  const sound = (cell) => Boolean(cell) && typeof cell === "object" && typeof source(cell) === "string";
  const opened = (content, data) => {
    let notebook = null;
    try {
      notebook = JSON.parse(content);
    } catch {
      throw new Error("is no notebook");
    }
    if (!notebook || !Array.isArray(notebook.cells) || !notebook.cells.every(sound)) throw new Error("is no notebook");
    if (notebook.metadata?.made_by !== MADE_BY) {
      throw new Error("is a notebook that was not downloaded from this page; its code runs in Jupyter");
    }
    const answers = new Map();
    for (const cell of notebook.cells) {
      const name = cell.metadata?.answer, tags = cell.metadata?.tags;
      if (!Array.isArray(tags) || !tags.includes("answer") || !Object.hasOwn(data.exercises, name)) continue;
      const found = answers.get(name) ?? { code: "", outcome: "", said: "", reason: "" };
      if (tags.includes("reason")) found.reason = source(cell);
      else found.code = given(source(cell), data.exercises[name], data);
      answers.set(name, found);
    }
    if (!answers.size) throw new Error("has no answer to an exercise of this page");
    return { student: text(notebook.metadata.student), answers };
  };

  self.reportLabAnswers = {
    PREFIX, MOST_BYTES, get, clear, written, opened,
    set: (name, draft) => set(`code:${name}`, draft),
    student: (name) => name === undefined ? text(read("student")) : set("student", name),
    refused: () => refused,
  };
})();
