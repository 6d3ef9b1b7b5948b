/* Long tables: sorted by a column, filtered by words and by what a column holds. Without this script they are plain tables.
   Tables of the same headings have one filter. The choice is in the address (#find=deepseek&sort=released&order=descending),
   so that it can be shared and reopened; names of a page's second filter begin with "2.". */
(() => {
  const LONG = 15;
  const SCALES = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };
  const NUMBER = /^(?:over |under |about )?([−-]?)\$?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?:(?: to |–)\$?[\d.,]+)?(?: (thousand|million|billion|trillion))?(?=$|[ (;])/;
  const DAY = /^\d{4}-\d\d(-\d\d)?$/;
  const unknown = (text) => !text || text === "–";
  // "$5.6 million", "3.30 × 10²⁴" or a day as a number; NaN where a text begins with none.
  const number = (text) => {
    if (DAY.test(text)) return Number(text.replace(/-/g, "").padEnd(8, "0"));
    const found = NUMBER.exec(text);
    if (!found) return NaN;
    const power = found[4] ? [...found[4]].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)).map((d) => (d < 0 ? "-" : d)).join("") : "0";
    return Number(`${found[1] && "-"}${found[2].replace(/,/g, "")}${found[3] || ""}e${power}`) * (SCALES[found[5]] || 1);
  };
  const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const titlesOf = (table) => [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());

  // Not a table with a row that goes on with the one above it.
  const whole = (table) => !table.querySelector("tbody th > .said");
  const groups = new Map();
  for (const table of [...document.querySelectorAll("article table[data-stacks]:not(.series)")].filter(whole)) {
    // A table that is folded away has its filter in its fold.
    const titles = table.closest("details") ? table.id : titlesOf(table).join("|");
    groups.set(titles, [...(groups.get(titles) || []), table]);
  }
  const counted = (tables) => tables.reduce((sum, table) => sum + table.tBodies[0].rows.length, 0);
  const sets = [...groups.values()].filter((tables) => counted(tables) >= LONG).map(made);
  if (!sets.length) return;

  function made(tables, place) {
    const prefix = place ? `${place + 1}.` : "";
    const titles = titlesOf(tables[0]);
    const names = titles.map(slug);
    const rows = tables.flatMap((table) => [...table.tBodies[0].rows]).map((row, order) => {
      const texts = [...row.cells].map((cell) => cell.textContent.trim());
      // On a phone, where a row is a block, what is not known is left out. A day stays on one line.
      texts.forEach((text, column) => {
        if (column && unknown(text)) row.cells[column].classList.add("unknown");
        else if (DAY.test(text)) row.cells[column].classList.add("day");
      });
      const picks = [...row.cells].map((cell, column) => cell.dataset.pick ?? texts[column]);
      return { row, order, texts, picks, numbers: texts.map(number), words: texts.join(" ").toLowerCase() };
    });
    // A column is one of numbers where most of what is known in it are.
    const numeric = titles.map((_, column) => {
      const known = rows.filter(({ texts }) => !unknown(texts[column]));
      return known.filter(({ numbers }) => numbers[column] === numbers[column]).length * 2 > known.length;
    });
    // The last column says where a row comes from, or has costs of several kinds, which are not compared.
    const sortable = titles.map((_, column) => column).filter((column) => column < titles.length - 1 || numeric[column]);
    const sorting = { column: -1, down: false };
    const find = element("input", { type: "search", id: `find-${place}`, maxLength: 100, autocomplete: "off" });
    const status = element("span", { role: "status" });
    const all = element("button", { type: "button", textContent: "Show all" });
    const picks = [...tables[0].tHead.rows[0].cells].flatMap((head, column) => {
      const name = head.dataset.pick;
      if (!name) return [];
      const values = [...new Set(rows.map((entry) => entry.picks[column]).filter((text) => !unknown(text)))];
      if (name === "Year") values.sort().reverse();
      const select = element("select", { id: `pick-${place}-${slug(name)}` }, element("option", { value: "", textContent: "all" }));
      select.append(...values.map((text) => element("option", { value: slug(text) })));
      select.addEventListener("change", changed);
      return [{ name, key: slug(name), column, values, select }];
    });

    const fits = ({ values, select, column }, entry) => !select.value || values[select.selectedIndex - 1] === entry.picks[column];
    function compared(one, other) {
      const { column } = sorting;
      const key = numeric[column] ? ({ numbers }) => numbers[column] : ({ texts }) => texts[column];
      const [a, b] = [key(one), key(other)];
      const [lacks, lacked] = [a !== a || unknown(a), b !== b || unknown(b)];
      // What is not known comes last, whichever way.
      if (lacks || lacked) return lacks - lacked || one.order - other.order;
      const order = numeric[column] ? a - b : a.localeCompare(b, undefined, { numeric: true });
      return (sorting.down ? -order : order) || one.order - other.order;
    }
    function show() {
      const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = rows.filter(({ words }) => wanted.every((word) => words.includes(word)));
      const shown = new Set(found.filter((entry) => picks.every((pick) => fits(pick, entry))));
      for (const entry of rows) entry.row.hidden = !shown.has(entry);
      for (const pick of picks) {
        // How many there are with what is chosen beside it; where there are none, it cannot be chosen.
        const counts = new Map();
        for (const entry of found) {
          if (picks.some((other) => other !== pick && !fits(other, entry))) continue;
          counts.set(entry.picks[pick.column], (counts.get(entry.picks[pick.column]) || 0) + 1);
        }
        pick.values.forEach((text, at) => {
          const option = pick.select.options[at + 1];
          option.textContent = `${text} (${counts.get(text) || 0})`;
          option.disabled = !counts.has(text) && !option.selected;
        });
      }
      const order = sorting.column < 0 ? rows : [...rows].sort(compared);
      for (const table of tables) {
        const body = table.tBodies[0];
        const own = order.map(({ row }) => row).filter((row) => row.parentElement === body);
        // A table in its order stays as it is laid out.
        const before = [...body.rows];
        if (own.some((row, at) => row !== before[at])) body.append(...own);
        // A table without a row goes with its own part of the page.
        if (tables.length > 1) within(table).hidden = ![...body.rows].some((row) => !row.hidden);
        [...table.tHead.rows[0].cells].forEach((head, column) => {
          if (column === sorting.column) head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
          else head.removeAttribute("aria-sort");
        });
      }
      status.textContent = `${shown.size} of ${rows.length} rows`;
      all.hidden = !wanted.length && picks.every(({ select }) => !select.value);
    }
    function write(chosen) {
      if (find.value.trim()) chosen.set(`${prefix}find`, find.value.trim());
      for (const { key, select } of picks) if (select.value) chosen.set(prefix + key, select.value);
      if (sorting.column < 0) return;
      chosen.set(`${prefix}sort`, names[sorting.column]);
      if (sorting.down) chosen.set(`${prefix}order`, "descending");
    }
    function read(given) {
      if (![...given.keys()].some((key) => [...picks.map((pick) => pick.key), "find", "sort"].includes(key.slice(prefix.length)) && key.startsWith(prefix))) return false;
      find.value = (given.get(`${prefix}find`) || "").slice(0, find.maxLength);
      for (const { key, select } of picks) {
        select.value = given.get(prefix + key) || "";
        if (select.selectedIndex < 0) select.value = "";
      }
      sorting.column = sortable.find((column) => names[column] === given.get(`${prefix}sort`)) ?? -1;
      sorting.down = given.get(`${prefix}order`) === "descending";
      return true;
    }
    function clear() {
      find.value = "";
      for (const { select } of picks) select.value = "";
    }
    // The part of the page that has this table, and no other of its set.
    function within(table) {
      let part = table.parentElement;
      while (tables.length > 1 && tables.every((other) => other === table || !part.parentElement.contains(other))) part = part.parentElement;
      return part;
    }

    for (const table of tables) {
      table.classList.add("sorts");
      for (const column of sortable) {
        const button = element("button", { type: "button", className: "sort", textContent: titles[column] });
        button.addEventListener("click", () => {
          // First the largest and the latest; of names, the first.
          sorting.down = sorting.column === column ? !sorting.down : numeric[column];
          sorting.column = column;
          changed();
        });
        table.tHead.rows[0].cells[column].replaceChildren(button);
      }
    }
    find.addEventListener("input", changed);
    all.addEventListener("click", () => {
      clear();
      changed();
      // The button goes; the keyboard stays at the filter.
      find.focus();
    });
    const fields = [{ name: "Find a row", select: find }, ...picks].map(({ name, select }) =>
      element("span", { className: "field" }, element("label", { htmlFor: select.id, textContent: name }), select),
    );
    const bar = element("div", { className: "filter find" }, ...fields, element("p", {}, status, all));
    const caption = tables[0].caption ? `: ${tables[0].caption.textContent.replace(/#$/, "").trim()}` : "";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", `Filter${tables.length > 1 ? "" : caption}`);
    within(tables[0]).before(bar);
    return { rows, show, write, read, clear };
  }

  function written() {
    const chosen = new URLSearchParams();
    for (const set of sets) set.write(chosen);
    // An address of its own without an entry in the history for every letter.
    history.replaceState(null, "", `${chosen}` ? `#${chosen}` : location.pathname + location.search);
  }
  function changed() {
    written();
    for (const { show } of sets) show();
  }
  // A mail programme may write = as %3D.
  const given = () => new URLSearchParams(location.hash.slice(1).replace(/%3D/gi, "="));
  addEventListener("hashchange", () => {
    const target = document.querySelector(":target");
    for (const set of sets) {
      // A link to a row that is filtered away shows it.
      if (target && set.rows.some(({ row }) => row.hidden && row.contains(target))) set.clear();
      else if (!set.read(given())) continue;
      set.show();
      if (target) target.scrollIntoView();
    }
  });
  for (const set of sets) {
    set.read(given());
    set.show();
  }
})();
