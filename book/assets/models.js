/* The table of models: sorted by a column, and filtered by words. Without this script it is a plain table.
   The choice is in the address (#find=deepseek&sort=released&order=descending), so that it can be shared and reopened. */
(() => {
  const table = document.getElementById("tab-models");
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells];
  // The last column has costs of several kinds, which are not compared.
  const sortable = heads.slice(0, -1);
  const titles = heads.map((head) => head.textContent.trim());
  const names = titles.slice(0, -1).map((title) => title.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
  const SCALES = { million: 1e6, billion: 1e9, trillion: 1e12 };
  const NUMBER = /^\$?([\d,]+(?:\.\d+)?)(?: × 10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)| (million|billion|trillion))?(?: \(|$)/;
  const DAY = /^\d{4}-\d\d-\d\d$/;
  // "$5.6 million", "3.30 × 10²⁴" or a day as a number; a text else; null for what is not known.
  const value = (text) => {
    if (!text || text === "–") return null;
    if (DAY.test(text)) return Number(text.replace(/-/g, ""));
    const found = NUMBER.exec(text);
    if (!found) return text.toLowerCase();
    const power = found[2] ? [...found[2]].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)).join("") : "0";
    return Number(`${found[1].replace(/,/g, "")}e${power}`) * (SCALES[found[3]] || 1);
  };
  const rows = [...table.tBodies[0].rows].map((row, place) => {
    const texts = [...row.cells].map((cell) => cell.textContent.trim());
    // On a phone, where a row is a block, what is known stands beside its heading.
    texts.forEach((text, column) => {
      if (column && value(text) !== null) row.cells[column].dataset.label = titles[column];
    });
    return { row, place, values: texts.map(value), words: texts.join(" ").toLowerCase() };
  });
  table.classList.add("labelled");
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const sorting = { column: -1, down: false };
  const find = element("input", { type: "search", id: "find-model", maxLength: 100, autocomplete: "off" });
  const status = element("span", { role: "status" });
  const all = element("button", { type: "button", textContent: "Show all" });

  function compared(one, other) {
    const [a, b] = [one.values[sorting.column], other.values[sorting.column]];
    // What is not known comes last, whichever way.
    if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return (sorting.down ? -order : order) || one.place - other.place;
  }
  function show() {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, words } of rows) {
      row.hidden = !wanted.every((word) => words.includes(word));
      count += row.hidden ? 0 : 1;
    }
    const order = sorting.column < 0 ? rows : [...rows].sort(compared);
    table.tBodies[0].append(...order.map(({ row }) => row));
    sortable.forEach((head, column) => {
      if (column === sorting.column) head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    status.textContent = `${count} of ${rows.length} models shown`;
    all.hidden = !wanted.length;
  }
  function write() {
    const chosen = new URLSearchParams();
    if (find.value.trim()) chosen.set("find", find.value.trim());
    if (sorting.column >= 0) chosen.set("sort", names[sorting.column]);
    if (sorting.column >= 0 && sorting.down) chosen.set("order", "descending");
    // An address of its own without an entry in the history for every letter.
    history.replaceState(null, "", `${chosen}` ? `#${chosen}` : location.pathname + location.search);
  }
  function read() {
    // A mail programme may write = as %3D.
    const given = new URLSearchParams(location.hash.slice(1).replace(/%3D/gi, "="));
    if (!given.has("find") && !given.has("sort")) return;
    find.value = (given.get("find") || "").slice(0, find.maxLength);
    sorting.column = names.indexOf(given.get("sort"));
    sorting.down = given.get("order") === "descending";
  }
  function changed() {
    write();
    show();
  }

  sortable.forEach((head, column) => {
    const button = element("button", { type: "button", className: "sort", textContent: titles[column] });
    button.addEventListener("click", () => {
      // First the largest and the latest; of names, the first.
      const first = rows.some(({ values }) => typeof values[column] === "number");
      sorting.down = sorting.column === column ? !sorting.down : first;
      sorting.column = column;
      changed();
    });
    head.replaceChildren(button);
  });
  find.addEventListener("input", changed);
  all.addEventListener("click", () => {
    find.value = "";
    changed();
    // The button goes; the keyboard stays at the filter.
    find.focus();
  });
  const label = element("label", { htmlFor: find.id, textContent: "Find a model, developer or chip" });
  table.parentElement.before(element("div", { className: "filter find" }, label, find, element("p", {}, status, all)));
  addEventListener("hashchange", () => {
    read();
    show();
  });
  read();
  show();
})();
