/* The claims of the audit and of the register, in the table and one by one, filtered by verdicts, weight and confusion.
   Without this script all are there.
   The choice is in the address (#source=contradicted,ambiguous&weight=high), so that it can be shared and reopened. */
(() => {
  const table = document.getElementById("tab-claims") || document.getElementById("tab-register");
  if (!table) return;
  const titles = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim().toLowerCase());
  const names = ["source", "documents", "weight", "verdict", "confusion"].filter((name) => titles.includes(name));
  const rows = [...table.tBodies[0].rows].map((row) => {
    const values = {};
    for (const name of names) values[name] = row.cells[titles.indexOf(name)].textContent.trim();
    const anchor = row.querySelector("a[href*='#']");
    const entry = anchor && document.getElementById(anchor.hash.slice(1));
    return { row, values, claim: entry && entry.closest(".claim") };
  });
  if (!names.length || !rows.length) return;

  const slug = (text) => text.replace(/ /g, "-");
  const chosen = Object.fromEntries(names.map((name) => [name, new Set()]));
  const buttons = [];
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  const fits = (name, { values }) => !chosen[name].size || chosen[name].has(slug(values[name]));
  const shown = (entry) => names.every((name) => fits(name, entry));
  const status = element("span", { role: "status" });
  const counted = element("span");
  table.caption?.append(counted);
  const all = element("button", { type: "button", textContent: "Show all" });
  // The same below, where the claims stand one by one and the filter is out of sight.
  const told = element("span");
  const also = element("button", { type: "button", textContent: "Clear the filter" });
  const notice = element("p", { className: "filter" }, told, also);

  function show() {
    let count = 0;
    for (const entry of rows) {
      entry.row.hidden = !shown(entry);
      if (entry.claim) entry.claim.hidden = entry.row.hidden;
      count += entry.row.hidden ? 0 : 1;
    }
    for (const { button, name, value, text } of buttons) {
      button.setAttribute("aria-pressed", String(chosen[name].has(value)));
      // How many there are with what is chosen in the other groups.
      const others = names.filter((other) => other !== name);
      const found = rows.filter((entry) => entry.values[name] === text && others.every((other) => fits(other, entry)));
      button.textContent = `${text} (${found.length})`;
      // A choice that would leave nothing cannot be made; one that is made can be taken back.
      button.disabled = !found.length && !chosen[name].has(value);
    }
    status.textContent = `${count} of ${rows.length} claims shown`;
    counted.textContent = count < rows.length ? ` (${count} of ${rows.length} shown)` : "";
    told.textContent = `The filter of the overview shows ${count} of ${rows.length} claims.`;
    all.hidden = notice.hidden = !names.some((name) => chosen[name].size);
  }

  function write() {
    const parts = names.filter((name) => chosen[name].size).map((name) => `${name}=${[...chosen[name]].join(",")}`);
    // An address of its own without an entry in the history for every click.
    history.replaceState(null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search);
  }

  function read() {
    // A mail programme may write = as %3D.
    const given = new URLSearchParams(location.hash.slice(1).replace(/%3D/gi, "="));
    if (!names.some((name) => given.has(name))) return false;
    for (const name of names) {
      const known = buttons.filter((entry) => entry.name === name).map((entry) => entry.value);
      chosen[name] = new Set((given.get(name) || "").split(",").filter((value) => known.includes(value)));
    }
    return true;
  }

  const filter = element("div", { className: "filter" });
  for (const name of names) {
    const label = element("span", { className: "name", id: `filter-${name}`, textContent: name[0].toUpperCase() + name.slice(1) });
    const group = element("div", {}, label);
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", label.id);
    const counts = new Map();
    for (const { values } of rows) counts.set(values[name], (counts.get(values[name]) || 0) + 1);
    const order = ["high", "medium", "low"];
    const sorted = [...counts].sort((a, b) =>
      name === "weight" ? order.indexOf(a[0]) - order.indexOf(b[0]) : b[1] - a[1] || a[0].localeCompare(b[0]),
    );
    for (const [text] of sorted) {
      const button = element("button", { type: "button" });
      const value = slug(text);
      button.addEventListener("click", () => {
        if (!chosen[name].delete(value)) chosen[name].add(value);
        write();
        show();
      });
      buttons.push({ button, name, value, text });
      group.append(button);
    }
    filter.append(group);
  }
  function clear() {
    for (const name of names) chosen[name].clear();
    write();
    show();
  }

  // A link to a claim that is filtered away shows it. Any other place leaves the filter, and that stays in the address.
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    const claim = target && target.closest(".claim");
    if (!claim || !claim.hidden) return names.some((name) => chosen[name].size) && write();
    for (const name of names) chosen[name].clear();
    show();
    claim.scrollIntoView();
  }

  all.addEventListener("click", () => {
    clear();
    // The button goes; the keyboard stays where the filter begins.
    buttons[0].button.focus();
  });
  also.addEventListener("click", () => {
    clear();
    first.tabIndex = -1;
    first.focus();
  });
  filter.append(element("p", {}, status, all));
  table.parentElement.before(filter);
  const first = document.querySelector(".claim");
  if (first) first.before(notice);
  addEventListener("hashchange", () => {
    if (read()) show();
    else reveal();
  });
  const restored = read();
  show();
  if (restored) filter.scrollIntoView();
})();
