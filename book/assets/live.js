/* The live figures. The formulas and the data are generated (live-model.js); here they meet sliders and drawings.
   Nothing is fetched, evaluated as code or inserted as HTML; what an address holds is checked before it is used. */
(() => {
  "use strict";
  const model = window.reportLive;
  if (!model || !window.customElements || customElements.get("report-live")) return;
  const { parameters, results, panels, formulas, sizes } = model;
  const names = Object.keys(parameters);
  const words = window.reportWords(model.words);
  const { exponent, digits, amount, tick, setting, percent, plain, typed, unescaped, put, copied, settings, address, ignored, NOT_COPIED, saved } = words;
  const known = (name) => Object.prototype.hasOwnProperty.call(parameters, name);

  // By how much a value differs from another, in words; nothing can be said of what is not defined.
  const apart = (value, other) => {
    const by = same(value, other) ? 0 : value / other - 1;
    return Number.isFinite(by) ? percent(by) : "";
  };

  const shown = (name, value) => amount(value, results[name].unit, results[name].low, results[name].high, results[name].digits, results[name].least);
  const published = (name) => shown(name, results[name].value);
  // What an assumption is set to: a choice by its title, a number with its thousands apart.
  const named = (name, value) => (parameters[name].choices ? parameters[name].titles[value] : digits(value, 12));
  // Below this two numbers are one: only the last bits differ.
  const same = (a, b) => a === b || Math.abs(a - b) < 1e-12 * Math.max(Math.abs(a), Math.abs(b));

  // ---- The setting: one for the page, kept in its address.

  const start = Object.fromEntries(names.map((name) => [name, parameters[name].start]));
  let state = { ...start };
  const elements = new Set();

  // The value that a text names, or undefined where the assumption does not accept it.
  const accepted = (name, text) => {
    const row = parameters[name];
    if (row.choices) return row.choices.includes(text) ? text : undefined;
    const value = plain(text.trim());
    if (!(value >= row.min && value <= row.max) || (row.type === "int" && !Number.isInteger(value))) return undefined;
    return value + 0; // no minus zero
  };
  const read = (fragment) => settings(fragment, (name, text) => (known(name) ? accepted(name, text) : undefined));
  // What a typed text is: { value } or { value, advice }; and a value as the field shows it.
  const meant = (name, text) => typed(text, (bare) => accepted(name, bare), parameters[name].type === "int");
  const inField = (name) => digits(state[name], 12);
  const written = () => names.filter((name) => state[name] !== start[name]).map((name) => `${name}=${state[name]}`).join("&");

  let glance = false; // while a slider moves, only what is in sight is brought up to date; all of it once it rests
  let resting = 0;
  let sliding = false; // a slider that moves is one step of the history, not hundreds
  let later = 0;
  const record = (done) => {
    clearTimeout(later);
    if (!sliding) address("pushState", written());
    else if (done) address("replaceState", written());
    else later = setTimeout(() => address("replaceState", written()), 150);
    sliding = !done;
  };
  const follow = () => {
    const hash = unescaped(location.hash.slice(1)); // whole: a mail programme may write = and & as %3D and %26
    if (hash && !hash.includes("=")) return written() && address("replaceState", written()); // a place on the page: the setting stays in the address
    const { found, refused } = read(hash);
    state = { ...start, ...found };
    latest = "";
    sliding = false;
    notice(ignored(refused));
    draw();
  };

  let latest = ""; // the assumption that was moved last, as long as it alone was moved
  const change = (changes, done) => {
    state = { ...state, ...changes };
    const moving = Object.keys(changes);
    latest = moving.length === 1 ? moving[0] : "";
    record(done);
    glance = !done;
    clearTimeout(resting);
    resting = setTimeout(draw, 250);
    notice("");
    draw();
    announce();
  };
  const notice = (text) => {
    for (const line of document.querySelectorAll(".live-notice")) {
      put(line, text);
      line.hidden = !text;
    }
    if (text) say(text);
  };
  const say = (text) => {
    const line = document.querySelector(".live-said");
    if (line) put(line, text);
  };
  let saying = 0;
  const announce = () => {
    clearTimeout(saying);
    saying = setTimeout(() => say([warned, moved()].filter(Boolean).join(" ")), 700);
  };
  // What is to be said of a value beside its result, and the words for it.
  let warned = "";
  const outside = (name) => {
    const { choices, low, high } = parameters[name];
    if (choices || !(low < high) || (state[name] >= low && state[name] <= high)) return "";
    return `outside the plausible range ${setting(low)} to ${setting(high)}`;
  };
  const refusal = (name, advice) => {
    const { type, min, max } = parameters[name];
    const wanted = advice || `must be ${type === "int" ? "a whole number, " : ""}${setting(min)} to ${setting(max)}`;
    return `${wanted}; still at ${named(name, state[name])}`;
  };
  const comment = (name, words) => (words ? `${parameters[name].title}: ${words}.` : "");
  const remark = (holder, text) => {
    const line = holder.querySelector(".live-word");
    if (!line) return;
    put(line, text);
    line.hidden = !text;
  };

  // ---- What follows from the setting.

  const worth = (name, at) => formulas[name](at);
  let here = {};
  const differing = () => names.filter((name) => state[name] !== parameters[name].base);
  const entry = (name) => {
    const row = parameters[name];
    const unit = row.unit ? " " + row.unit : "";
    return `${row.title}${row.choices ? ":" : ""} ${named(name, state[name])}${unit} (published ${named(name, row.base)})`;
  };
  // The results on the page that are furthest from the published ones.
  const farthest = (many) => {
    const listed = new Set([...document.querySelectorAll(".live-table tr[data-result]")].map((row) => row.dataset.result));
    return [...listed]
      .filter((name) => !results[name].piece && !same(here[name], results[name].value))
      .map((name) => [name, Math.abs(Math.log(here[name] / results[name].value)) || Infinity]) // not defined: furthest
      .sort((a, b) => b[1] - a[1])
      .slice(0, many)
      .map(([name]) => beside(name));
  };
  // A result as it is here and as it is published; by how much, where the two read otherwise.
  const beside = (name) => {
    const [now, then, by] = [shown(name, here[name]), published(name), apart(here[name], results[name].value)];
    return { title: results[name].title, now, then, by: by && now !== then ? ` (${by})` : "" };
  };
  // What the assumption that was moved last decides: the first result of each panel that uses it, in the order of the page.
  const own = (many) => {
    const first = latest ? [...document.querySelectorAll("[data-panel]")].map((panel) =>
      [...panel.querySelectorAll("tr[data-result]")].map((row) => row.dataset.result).find((name) => results[name].uses.includes(latest))) : [];
    return [...new Set(first.filter(Boolean))].slice(0, many).map(beside);
  };
  const moved = () => {
    const near = own(1);
    const far = farthest(3).filter((row) => row.now !== row.then && row.title !== near[0]?.title);
    const said = (row) => `${row.title} ${row.now} instead of ${row.then}${row.by}`;
    const first = near.filter((row) => row.now !== row.then).map((row) => `${said(row)}. `).join("");
    if (first || far.length) return `${first}${far.length ? `Furthest from the published report: ${far.map(said).join("; ")}.` : ""}`.trim();
    return differing().length ? "No result on this page depends on what was changed." : "This is the published setting.";
  };
  const command = () => ["report build", ...differing().map((name) => `-p ${name}=${state[name]}`)].join(" ");
  const scenario = () => {
    const lines = differing().map((name) => `  ${name}: ${state[name]}`);
    const head = ["name: live_setting", "title: A setting of the live page"];
    return [...head, lines.length ? "parameters:" : "parameters: {}", ...lines, ""].join("\n");
  };

  // ---- Drawing. Nodes are kept from frame to frame, and only what differs is written.

  // Asked for once, when it changes: asking in the middle of drawing would lay the whole page out again and again.
  const widths = new Map();
  const sized = new ResizeObserver((entries) => {
    for (const entry of entries) widths.set(entry.target, Math.max(entry.contentRect.width, 160));
    draw();
  });

  // Panels out of sight are drawn when they come near, or when the page is printed.
  const near = new Set();
  let printing = false;
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? near.add(target) : near.delete(target);
      draw();
    },
    { rootMargin: "300px" },
  );

  // Hatches: an attribute names one by its address on the page.
  const drawHatches = () => {
    const create = (tag, attributes, parent) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const key in attributes) node.setAttribute(key, attributes[key]);
      parent.append(node);
      return node;
    };
    const svg = create("svg", { class: "live-hatches", width: 0, height: 0, "aria-hidden": "true" }, document.body);
    Object.entries(model.hatches).forEach(([address, fill], index) => {
      const id = address.slice("url(#".length, -1);
      const [turn, width] = index ? [45, 1.6] : [-45, 3.6];
      const pattern = create("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` }, svg);
      create("rect", { width, height: 6, fill }, pattern);
    });
  };

  // How long a text is in a drawing, by a ruler of its own: asking the page would lay it out.
  const ruler = document.createElement("canvas").getContext("2d");
  const lengths = new Map();
  const long = (text, size) => {
    const key = size + text;
    if (!lengths.has(key)) {
      ruler.font = `${size}px "Report Sans", "Report Sans Stand-in", sans-serif`;
      lengths.set(key, ruler.measureText(text).width);
    }
    return lengths.get(key);
  };
  document.fonts.ready.then(() => lengths.clear());

  // A drawing is laid out for letters of 16 pixels and grows with the reader's own: by this much. On paper, which may be
  // narrower than the screen that it was laid out for, it shrinks.
  const larger = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
  const tall = (svg, height) => {
    svg.setAttribute("height", height * larger);
    svg.dataset.height = height;
  };

  const [LETTERS, SMALL] = [13, 11.5]; // as report.css has them

  class Pen {
    constructor(svg) {
      this.svg = svg;
      this.next = 0;
      this.width = (widths.get(svg) || 600) / larger;
    }
    fits(size, ...texts) {
      return texts.reduce((sum, text) => sum + long(text, size) + 8, 0) <= this.width;
    }
    put(tag, attributes, text = "") {
      let node = this.svg.childNodes[this.next];
      if (!node || node.nodeName !== tag) {
        const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
        made.written = {};
        if (node) node.replaceWith(made);
        else this.svg.append(made);
        node = made;
      }
      for (const key in attributes) {
        const value = typeof attributes[key] === "number" ? Math.round(attributes[key] * 100) / 100 : attributes[key];
        if (node.written[key] !== value) node.setAttribute(key, (node.written[key] = value));
      }
      if (node.written.text !== text) node.textContent = node.written.text = text;
      this.next += 1;
    }
    text(x, y, text, kind = "ink", anchor = "start") {
      this.put("text", { x, y, class: "live-" + kind, "text-anchor": anchor }, text);
    }
    line(x1, y1, x2, y2, kind) {
      this.put("line", { x1, y1, x2, y2, class: "live-" + kind });
    }
    rect(x, y, width, height, fill, opacity = 1) {
      this.put("rect", { x, y, width: Math.max(width, 0), height, fill, opacity });
    }
    // A dot: a filled circle is this setting, a hollow one the published value, a diamond another's figure.
    dot(x, y, colour, kind) {
      const r = kind === "here" ? 6 : 5;
      const d = kind === "peer" ? `M${-r} 0L0 ${-r}L${r} 0L0 ${r}Z` : `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
      this.put("path", { d, transform: `translate(${Math.round(x * 100) / 100} ${y})`, class: "live-" + kind, stroke: colour, fill: kind === "here" ? colour : "none" });
    }
    done() {
      while (this.svg.childNodes.length > this.next) this.svg.lastChild.remove();
      const box = `0 0 ${this.width} ${this.svg.dataset.height}`;
      if (this.svg.getAttribute("viewBox") !== box) this.svg.setAttribute("viewBox", box);
    }
  }

  const step = (span, wanted) => {
    const rough = span / Math.max(wanted, 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) || 10 * power;
  };
  const axis = (pen, low, high, place, height) => {
    const by = step(high - low, pen.width / 80);
    for (let i = Math.ceil(low / by - 1e-9); i * by <= high * (1 + 1e-9); i++) {
      const x = place(i * by);
      pen.line(x, 0, x, height, "grid");
      pen.text(x, height + 17, tick(Number((i * by).toPrecision(12))), "small", x < 20 ? "start" : x > pen.width - 25 ? "end" : "middle");
    }
  };

  const drawBars = (pen, bars) => {
    const stack = (bar, at) => {
      let end = bar.after.reduce((sum, name) => sum + at(name), 0);
      return bar.pieces.map(([name, label, colour, opacity]) => {
        const from = end;
        end += at(name);
        return { name, label, colour, opacity, from, end };
      });
    };
    const then = (name) => results[name].value;
    const now = (name) => here[name];
    const ends = bars.flatMap((bar) => [...stack(bar, now), ...stack(bar, then)].map((piece) => piece.end));
    const top = Math.max(...ends) * 1.02;
    const place = (value) => 1 + (value / top) * (pen.width - 2);
    axis(pen, 0, top, place, bars.reduce((sum, bar) => sum + bar.height, 0));
    let y = 0;
    bars.forEach((bar, index) => {
      const pieces = stack(bar, now);
      const total = bar.total ? shown(bar.total, now(bar.total)) : "";
      const explained = `${bar.label} (thin bar: published)`;
      pen.text(2, y + 16, !index && pen.fits(LETTERS, explained, total) ? explained : bar.label, "ink");
      pen.text(pen.width - 2, y + 16, total, "ink", "end");
      for (const piece of pieces) pen.rect(place(piece.from), y + 24, place(piece.end) - place(piece.from) - 1, 22, piece.colour, piece.opacity);
      for (const piece of stack(bar, then)) pen.rect(place(piece.from), y + 48, place(piece.end) - place(piece.from) - 1, 5, piece.colour, piece.opacity);
      // A key that would not fit stands closer.
      const gap = pieces.reduce((sum, piece) => sum + 26 + long(piece.label, SMALL), 2) <= pen.width ? 26 : 19;
      let x = 2;
      for (const piece of pieces.length > 1 ? pieces : []) {
        pen.rect(x, y + 60, 10, 10, piece.colour, piece.opacity);
        pen.text(x + 14, y + 69, piece.label, "small");
        x += gap + long(piece.label, SMALL);
      }
      y += bar.height;
    });
  };

  const halves = (text) => {
    const cut = text.indexOf(" ", text.length / 2);
    return [text.slice(0, cut), text.slice(cut + 1)];
  };
  // Only where both are of one method, at the same price.
  const multiple = (value, own) => (Number.isFinite(value / here[own]) ? `, ${digits(value / here[own], 2)} × V3` : "");
  const drawDots = (pen, groups) => {
    const all = groups.flatMap((group) => [
      ...Object.keys(group.results).flatMap((name) => [here[name], results[name].low, results[name].high]),
      ...group.peers.map((peer) => peer.value),
    ]);
    const usable = all.filter((value) => value > 0 && Number.isFinite(value));
    const low = Math.log10(Math.min(...usable) / 1.25);
    const high = Math.log10(Math.max(...usable) * 1.25);
    const place = (value) => (value > 0 ? 8 + ((Math.log10(value) - low) / (high - low)) * (pen.width - 16) : 8);
    const heads = groups.reduce((sum, group) => sum + sizes.head + (group.remark ? sizes.remark : 0), 0);
    const rows = groups.reduce((sum, group) => sum + Object.keys(group.results).length + group.peers.length, 0);
    const height = heads + rows * sizes.row;
    const marks = high - low < 2.2 ? [1, 2, 5] : [1];
    let last = -99;
    for (let power = Math.floor(low); power <= high; power++)
      for (const m of marks) {
        const x = place(m * 10 ** power);
        if (x < 10 || x > pen.width - 10) continue;
        pen.line(x, 0, x, height, "grid");
        if (x - last > 48) {
          pen.text(x, height + 17, tick(m * 10 ** power), "small", x > pen.width - 25 ? "end" : "middle");
          last = x;
        }
      }
    let y = 0;
    for (const group of groups) {
      pen.text(2, y + 18, group.label, "head");
      y += sizes.head;
      // On a narrow screen a long remark takes two lines, in the same height.
      const lines = pen.fits(SMALL, group.remark) ? [group.remark] : halves(group.remark);
      lines.forEach((line, index) => pen.text(2, y + 8 + index * 13, line, "small"));
      y += group.remark ? sizes.remark : 0;
      const own = Object.keys(group.results)[0];
      for (const [name, label] of Object.entries(group.results)) {
        const row = results[name];
        const sum = shown(name, here[name]) + (name === own ? "" : multiple(here[name], own));
        const kind = pen.fits(LETTERS, label, sum) ? "ink" : "small";
        pen.text(2, y + 14, label, kind);
        pen.text(pen.width - 2, y + 14, sum, kind, "end");
        pen.line(2, y + 25, pen.width - 2, y + 25, "grid");
        pen.line(place(row.low), y + 25, place(row.high), y + 25, "range");
        pen.dot(place(row.value), y + 25, group.colour, "then");
        pen.dot(place(here[name]), y + 25, group.colour, "here");
        y += sizes.row;
      }
      for (const peer of group.peers) {
        // On a narrow screen the longest names come near their sums; the table has what is left out here.
        const sum = peer.text + (group.divided ? multiple(peer.value, own) : "");
        const name = pen.fits(SMALL, peer.label, sum) ? peer.label : peer.model;
        const kind = pen.fits(LETTERS, name, sum) ? "muted" : "small";
        pen.text(2, y + 14, name, kind);
        pen.text(pen.width - 2, y + 14, sum, kind, "end");
        pen.line(2, y + 25, pen.width - 2, y + 25, "grid");
        pen.dot(place(peer.value), y + 25, group.colour, "peer");
        y += sizes.row;
      }
    }
  };

  // How far each assumption alone would move a result, from this setting: the widest first.
  const swings = (name) => {
    const at = (key, value) => worth(name, { ...state, [key]: value });
    const rows = [];
    for (const key of results[name].uses) {
      const row = parameters[key];
      const ends = (row.choices || (row.low < row.high ? [row.low, row.high] : [])).map((end) => [end, at(key, end)]);
      if (row.choices) ends.sort((a, b) => a[1] - b[1]);
      if (ends.length > 1) rows.push({ key, title: row.title, low: ends[0], high: ends[ends.length - 1] });
    }
    const width = (row) => Math.abs(row.high[1] - row.low[1]);
    return rows.sort((a, b) => width(b) - width(a)).slice(0, sizes.swings);
  };
  const drawSwings = (pen, name, rows) => {
    const centre = here[name];
    const all = [centre, ...rows.flatMap((row) => [row.low[1], row.high[1]])];
    const room = (Math.max(...all) - Math.min(...all)) * 0.04 || Math.abs(centre) * 0.1;
    const [low, high] = [Math.min(...all) - room, Math.max(...all) + room];
    const place = (value) => 4 + ((value - low) / (high - low)) * (pen.width - 8);
    const height = sizes.row * rows.length;
    axis(pen, low, high, place, height);
    rows.forEach((row, index) => {
      const y = index * sizes.row;
      const [a, b] = [place(row.low[1]), place(row.high[1])];
      const title = pen.fits(LETTERS, row.title) ? row.title : row.title.split(",")[0];
      pen.text(2, y + 14, title, pen.fits(LETTERS, title) ? "ink" : "small");
      pen.rect(Math.min(a, b), y + 20, Math.abs(b - a), 9, "currentColor", 0.35);
      pen.dot(a, y + 24.5, "currentColor", "then");
      pen.dot(b, y + 24.5, "currentColor", "here");
      pen.line(place(centre), y + 17, place(centre), y + 32, "centre");
    });
  };

  // ---- The element.

  class ReportLive extends HTMLElement {
    connectedCallback() {
      if (elements.has(this)) return;
      elements.add(this);
      this.classList.add("live-on");
      this.addEventListener("submit", (event) => event.preventDefault());
      this.addEventListener("input", (event) => this.moved(event, false));
      this.addEventListener("change", (event) => this.moved(event, true));
      this.addEventListener("click", (event) => this.clicked(event));
      this.addEventListener("keydown", (event) => this.stepped(event));
      this.panels = [...this.querySelectorAll("[data-panel]")].map((figure) => {
        const svg = figure.querySelector(".live-draw");
        tall(svg, Number(svg.getAttribute("height")));
        sized.observe(svg);
        seen.observe(figure);
        const rows = [...figure.querySelectorAll("tr[data-result]")].map((row) => ({
          name: row.dataset.result,
          here: row.querySelector("output"),
          change: row.querySelector(".live-change"),
        }));
        const peers = [...figure.querySelectorAll("tr[data-own]")].map((row) => ({
          times: row.querySelector("output"),
          value: Number(row.dataset.value),
          own: row.dataset.own,
        }));
        return { figure, svg, rows, peers, spec: panels[figure.dataset.panel] };
      });
      draw();
    }
    moved(event, done) {
      const field = event.target;
      const holder = field.closest("[data-parameter]");
      if (!holder) return draw(); // the choice of a result
      const name = holder.dataset.parameter;
      if (field.type === "text") return this.typing(field, holder, name, done);
      change({ [name]: accepted(name, field.value) }, done);
      warned = comment(name, outside(name));
    }
    // An arrow key is a step from where the setting is, with a stop at the published value, which may lie between two steps.
    stepped(event) {
      const field = event.target;
      const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (field.type !== "range" || !way || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const name = field.closest("[data-parameter]").dataset.parameter;
      const [low, high, by] = [field.min, field.max, field.step].map(Number);
      const { base } = parameters[name];
      const at = (state[name] - low) / by;
      const next = Number((low + by * (way > 0 ? Math.floor(at + 1e-6) + 1 : Math.ceil(at - 1e-6) - 1)).toPrecision(12));
      const between = way * (base - state[name]) > 1e-9 * by && way * (next - base) > 1e-9 * by;
      const wanted = between ? base : Math.min(Math.max(next, low), high);
      if ((wanted - state[name]) * way > 0) change({ [name]: wanted }, false);
      warned = comment(name, outside(name));
      field.addEventListener("keyup", () => record(true), { once: true });
    }
    // What is typed counts once it is whole, on Enter or when the field is left: the beginning of a number is another number.
    typing(field, holder, name, done) {
      const { value, advice } = meant(name, field.value);
      clearTimeout(saying);
      field.removeAttribute("aria-invalid");
      if (value !== undefined && done) {
        holder.written = undefined;
        change({ [name]: value }, true);
        field.value = inField(name);
        warned = comment(name, outside(name));
        return;
      }
      if (value !== undefined) {
        remark(holder, value === state[name] ? outside(name) : `press Enter, or leave the field, to use ${digits(value, 12)}`);
        return;
      }
      const word = refusal(name, advice);
      remark(holder, word);
      if (!done) {
        field.setAttribute("aria-invalid", "true");
        saying = setTimeout(() => say(comment(name, word)), 700);
        return;
      }
      const given = field.value ? `'${field.value.slice(0, 40)}'` : "What was typed";
      const { type, min, max, unit, title } = parameters[name];
      const allowed = `${type === "int" ? "a whole number" : "a number"} from ${setting(min)} to ${setting(max)} (${unit})`;
      notice(`${title}: ${given} is not used${advice ? `; ${advice}` : `. It must be ${allowed}`}.`);
      field.value = inField(name);
    }
    clicked(event) {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.matches(".live-reset, .live-reset-all")) {
        warned = "";
        for (const holder of this.querySelectorAll("[data-parameter]")) holder.written = undefined;
      }
      if (button.matches(".live-reset")) {
        const { parameter } = button.closest("[data-parameter]").dataset;
        change({ [parameter]: start[parameter] }, true);
      }
      if (button.matches(".live-reset-all")) change({ ...start }, true);
      if (button.matches(".live-copy")) this.copy(button.dataset.copy);
      if (button.matches(".live-save")) saved(scenario(), "live_setting.yml");
    }
    async copy(what) {
      const done = await copied(what === "command" ? command() : scenario(), this.querySelector(".live-" + what));
      notice(done ? (what === "command" ? "The command was copied." : "The scenario file was copied.") : NOT_COPIED);
    }
    // Everything that shows the setting; called once a frame at most.
    update() {
      for (const holder of this.querySelectorAll("[data-parameter]")) this.control(holder);
      const changed = differing();
      this.classList.toggle("live-moved-away", changed.length > 0);
      this.write(".live-changed", changed.length ? `Changed: ${changed.map(entry).join("; ")}.` : "");
      this.write(".live-moved", moved());
      this.write(".live-strip", (differing().length ? (latest ? own(2) : farthest(2)) : []).map((row) => `${row.title} ${row.now}${row.by}`).join("; ") || "The published setting");
      this.write(".live-command", command());
      this.write(".live-scenario", scenario());
      const all = this.querySelector(".live-all");
      if (all) all.href = all.href.split("#")[0] + (written() ? "#" + written() : "");
      for (const panel of this.panels) if (!glance || near.has(panel.figure)) this.panel(panel);
    }
    write(selector, text) {
      const node = this.querySelector(selector);
      if (node) put(node, text);
    }
    control(holder) {
      const name = holder.dataset.parameter;
      if (holder.written === state[name]) return;
      holder.written = state[name];
      const { base, unit } = parameters[name];
      const value = String(state[name]);
      for (const field of holder.querySelectorAll("input")) {
        if (field.type === "radio") field.checked = field.value === value;
        else if (field.type === "range") {
          field.value = value;
          field.setAttribute("aria-valuetext", `${named(name, state[name])} ${unit}`);
        } else if (field !== document.activeElement || meant(name, field.value).value !== state[name]) field.value = inField(name);
      }
      const by = typeof base === "number" && base ? ` (${percent(state[name] / base - 1)})` : "";
      const output = holder.querySelector("output");
      if (output) put(output, state[name] === base ? "as published" : `now ${named(name, state[name])}${by}`);
      remark(holder, outside(name));
      holder.classList.toggle("live-differs", state[name] !== base);
    }
    panel({ figure, svg, rows, peers, spec }) {
      for (const { times, value, own } of peers) put(times, multiple(value, own).replace(/^, /, "") || "–");
      for (const { name, here: cell, change: by } of rows) {
        put(cell, shown(name, here[name]));
        put(by, apart(here[name], results[name].value) || "–");
      }
      const pen = printing || near.has(figure) ? new Pen(svg) : null;
      if (pen && spec.bars) drawBars(pen, spec.bars);
      if (pen && spec.dots) drawDots(pen, spec.dots);
      if (spec.swings) {
        const name = figure.querySelector("select").value;
        const swung = swings(name);
        tall(svg, sizes.axis + sizes.row * swung.length);
        if (pen) drawSwings(pen, name, swung);
        const body = figure.querySelector("tbody");
        while (body.rows.length > swung.length) body.lastChild.remove();
        swung.forEach((row, index) => {
          const line = body.rows[index] || body.insertRow();
          const cell = (at, tag) => line.children[at] || line.appendChild(document.createElement(tag));
          put(cell(0, "th"), row.title);
          line.children[0].scope = "row";
          put(cell(1, "td"), `${named(row.key, row.low[0])}: ${shown(name, row.low[1])}`);
          put(cell(2, "td"), `${named(row.key, row.high[0])}: ${shown(name, row.high[1])}`);
        });
      }
      if (pen) pen.done();
    }
  }
  let frame = 0;
  function paint() {
    frame = 0;
    here = Object.fromEntries(Object.keys(formulas).map((name) => [name, worth(name, state)]));
    for (const element of elements) element.update();
    glance = false;
  }
  function draw() {
    if (!frame) frame = requestAnimationFrame(paint);
  }
  window.addEventListener("beforeprint", () => {
    printing = true;
    paint();
    printing = false;
  });

  window.reportLive.words = words;
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", follow);
  drawHatches();
  follow();
  customElements.define("report-live", ReportLive);
})();
