/* Check a cost claim. What is computed, by which formulas, and what is said of it is generated (claim-model.js): here that
   list is gone through, as analysis/placing does, and meets a form. Nothing is fetched, evaluated as code or inserted as
   HTML; what an address or a field holds is checked before it is used, and shown as letters. */
(() => {
  "use strict";
  const model = window.reportClaim;
  if (!model || !window.customElements || customElements.get("report-claim")) return;
  const { models, chips, fields, texts, readings, verdicts, formulas } = model;
  const { amount, tick, plain, typed, unescaped, put, copied, settings, address, ignored, NOT_COPIED, saved } = window.reportWords(model.words);
  const has = (among, name) => Object.prototype.hasOwnProperty.call(among, name);
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const listed = (rows) => (rows.length < 2 ? rows.join("") : `${rows.slice(0, -1).join(", ")} and ${rows[rows.length - 1]}`);
  const [LOW, VALUE, HIGH] = [0, 1, 2];
  const exactly = (value) => [value, value, value];
  const meets = (one, other) => one[LOW] <= other[HIGH] && other[LOW] <= one[HIGH];

  // ---- What is known: a setting of the form, as analysis/placing/given.py takes it in.

  const NOTHING = Object.fromEntries(["model", "gpu", "when", "counts", "name", ...Object.keys(fields), "sum", "to"].map((name) => [name, ""]));
  const BLANK = { ...NOTHING, reading: "about" };

  const named = (text) => {
    const kept = [...text.slice(0, 200)].map((c) => (/[\p{L}\p{N}]/u.test(c) || model.names.marks.includes(c) ? c : " ")).join("");
    return [...kept.split(" ").filter(Boolean).join(" ")].slice(0, 60).join("").trim();
  };
  const SCALES = { thousand: 3, million: 6, billion: 9, trillion: 12 };
  const SHORT = { k: "thousand", m: "million", mn: "million", b: "billion", bn: "billion", t: "trillion" };
  const SUM = /^(\d+(?:\.\d+)?)(?: (thousand|million|billion|trillion))?$/;
  // A number told, with what its digits allow: analysis/claims.py, `printed`.
  const printed = (text) => {
    const [, digits, word] = SUM.exec(text);
    const scale = word ? SCALES[word] : 0;
    const bare = digits.replace(".", "").replace(/^0+/, "");
    const nought = bare.length - bare.replace(/0+$/, "").length;
    let last = digits.includes(".") ? -digits.split(".")[1].length : nought;
    if (bare.replace(/0+$/, "") === "1" && !digits.includes(".")) last -= 1;
    const half = Number(`5e${last + scale - 1}`);
    const value = Number(`${digits}e${scale}`);
    return [value - half, value, value + half];
  };
  const money = (value) => amount(value, "USD");
  // "4 to 23 million": a short number takes the word of the other.
  const firstOf = ({ sum, to }) => {
    const [, digits, word] = SUM.exec(sum);
    const [, , other] = SUM.exec(to);
    return other && !word && digits.replace(".", "").length <= 3 ? `${sum} ${other}` : sum;
  };
  // The sum of a setting, and how a sentence says it; null without one.
  const told = ({ reading, sum, to }) => {
    if (!sum || (reading === "between" && !to)) return null;
    const [said, times, after] = readings[reading];
    const first = printed(reading === "between" ? firstOf({ sum, to }) : sum);
    const second = reading === "between" ? printed(to) : null;
    const ends = [first, second].filter(Boolean).map((end) => end[VALUE]);
    const span = second ? [first[LOW], (ends[0] + ends[1]) / 2, second[HIGH]] : times.length ? [ends[0] * times[0], ends[0], ends[0] * times[1]] : first;
    return { span, ends, after, said: filled(said, ends.map(money)) };
  };

  const taken = (setting) => {
    const row = models[setting.model] || { name: named(setting.name) || model.names.none, boundary: "not_said", gpu: "", when: "", age: null, readAs: "", inputs: {} };
    const [gpu, when] = [setting.gpu || row.gpu, setting.when || row.when];
    const own = {};
    for (const [name, field] of Object.entries(fields)) if (setting[name] !== "") own[field.input] = number(setting[name]);
    const facts = { ...row.inputs, ...own };
    const given = new Set(Object.keys(fields).filter((name) => setting[name] !== "").map((name) => fields[name].key));
    for (const [these, gone, needs] of model.replaced)
      if (!has(own, gone) && these.some((key) => given.has(key)) && needs.every((name) => has(facts, name))) delete facts[gone];
    const readAs = has(facts, "chip_hours_given") && !has(own, "chip_hours_given") ? row.readAs : "";
    const inputs = { ...model.assumptions };
    for (const name in facts) inputs[name] = exactly(facts[name]);
    const prices = {};
    for (const name in texts.prices) if (has(own, name)) prices[name] = model.given;
    if (gpu) {
      const chip = chips[gpu];
      Object.assign(inputs, chip.inputs);
      const age = gpu === row.gpu && when === row.when ? row.age : when ? chip.ages[when] : null;
      if (age !== null) inputs.age_years = exactly(age);
      for (const [name, [low, value, high, said]] of Object.entries(chip.prices[when] || chip.always))
        if (!has(own, name)) [inputs[name], prices[name]] = [[low, value, high], said];
    }
    const sum = told(setting);
    if (sum) inputs.amount = sum.span;
    return { name: row.name, boundary: setting.counts || row.boundary, gpu, when, inputs, prices, readAs, sum };
  };

  // ---- What follows: analysis/placing/numbers.py and verdict.py.

  const along = (way, formula, known) =>
    [LOW, VALUE, HIGH].map((end) => formula(Object.fromEntries(way.needs.map((name) => [name, known[name][way.falls.includes(name) ? HIGH - end : end]]))));
  const workedOut = (inputs, boundary) => {
    const known = { ...inputs };
    const found = {};
    for (const number of model.numbers) {
      const { name, ways, only } = number;
      found[name] = { number, span: null, said: "", missing: [] };
      if (only.length && !only.includes(boundary)) continue;
      const at = ways.findIndex((way) => way.needs.every((need) => has(known, need)));
      if (at >= 0) Object.assign(found[name], { span: (known[name] = along(ways[at], formulas[name][at], known)), said: ways[at].said });
      else {
        const lacking = ways.map((way) => way.needs.filter((need) => !has(known, need)));
        found[name].missing = lacking.reduce((least, each) => (each.length < least.length ? each : least));
      }
    }
    return found;
  };
  const holds = (rule, boundary, sum, known, fits) =>
    (!rule.boundaries.length || rule.boundaries.includes(boundary)) && rule.told === Boolean(sum) && (known || !rule.known) && (!rule.fits || fits.includes(rule.fits)) && fits.length >= rule.least;
  const lacks = (answer, given) => {
    const { inputs, ofChip, noChip, noTime } = model.missing;
    const instead = given.gpu ? (given.when ? "" : noTime) : noChip;
    return listed([...new Set(answer.missing.map((name) => (instead && ofChip.includes(name) ? instead : inputs[name])))]);
  };
  const place = (setting) => {
    const given = taken(setting);
    const answers = workedOut(given.inputs, given.boundary);
    const known = model.costs.filter((name) => answers[name].span);
    const span = (name) => answers[name].span;
    const sum = given.sum && given.sum.span;
    const fits = known.filter((name) => sum && meets(sum, span(name)));
    const verdict = Object.keys(verdicts).find((name) => holds(verdicts[name], given.boundary, sum, known.length > 0, fits));
    const [where, slips] = verdict === "none" ? [lies(sum, known, span), slipped(sum, span("rental_usd"))] : ["", []];
    return { given, answers, fits, verdict, where, slips, sentence: sentence(given, answers, fits, verdict, where) };
  };
  const lies = (sum, known, span) => {
    const under = known.filter((name) => span(name)[HIGH] < sum[LOW]);
    const above = known.filter((name) => span(name)[LOW] > sum[HIGH]);
    const parts = [];
    if (under.length) parts.push("above " + texts.short[under.reduce((a, b) => (span(b)[HIGH] > span(a)[HIGH] ? b : a))]);
    if (above.length) parts.push("below " + texts.short[above.reduce((a, b) => (span(b)[LOW] < span(a)[LOW] ? b : a))]);
    return parts.join(" and ");
  };
  const slipped = (sum, rental) =>
    model.slips.flatMap(([factor, large, small]) =>
      [[1 / factor, large], [factor, small]]
        .filter(([times]) => rental && meets(sum.map((end) => end * times), rental))
        .map(([, text]) => filled(texts.slip, [text])),
    );
  const sentence = (given, answers, fits, verdict, where) => {
    const hours = answers.chip_hours.span;
    const numbers = { hours: hours ? hoursOf(hours, given.readAs) : "", price: hours && given.sum ? price(given.sum, hours) : "" };
    const text = filled(verdicts[verdict].sentence, {
      amount: given.sum ? given.sum.said : "",
      name: given.name,
      boundary: model.boundaries[given.boundary],
      lacking: lackingOf(given, answers),
      told: fits.map((name) => filled(texts.titles[name], numbers)).join(", or of "),
      rent: filled(texts.titles.rental_usd, numbers),
      where,
    });
    return text.slice(0, 1).toUpperCase() + text.slice(1);
  };

  const lackingOf = (given, answers) => {
    if (answers.chip_hours.span) return filled(texts.unknown, [lacks(answers.rental_usd, given)]);
    return answers.flop.span && !given.gpu ? filled(texts.unknown, [model.missing.noChip]) : texts.lacking;
  };
  const hoursOf = (hours, readAs) => {
    if (hours[LOW] !== hours[HIGH]) return texts.roughly + amount(hours[VALUE], "GPU-hour", null, null, texts.roughDigits);
    return (texts.guessed.includes(readAs) ? `${readAs} ` : "") + amount(hours[VALUE], "GPU-hour");
  };
  const price = ({ ends, after }, hours) => {
    const [rent] = formulas.implied_rent;
    return [...new Set(ends.map((each) => amount(rent({ amount: each, chip_hours: hours[VALUE] }), "USD/GPU-hour")))].join(" to ") + after;
  };

  // ---- In words: analysis/placing/told.py.

  const ends = (span, unit) => [span[LOW], span[HIGH]].map((end) => amount(end, unit, null, null, 2)).join(" to ");
  const spanned = (span, unit) => {
    if (span[LOW] === span[HIGH]) return amount(span[VALUE], unit, null, null, 3);
    const [central, between] = [amount(span[VALUE], unit, null, null, 2), ends(span, unit)];
    return between === `${central} to ${central}` ? central : `${central} (${between})`;
  };
  const stands = (span, other) => texts.stands[meets(span, other) ? 1 : span[HIGH] < other[LOW] ? 0 : 2];
  const beside = ({ given, answers }, name) => {
    const [other, text] = model.byEye[name];
    const { span, number } = answers[name];
    const found = model.plausible[other] || given.inputs[other] || (has(answers, other) ? answers[other].span : null);
    if (!found) return "";
    return `${stands(span, found)} ${filled(text, [spanned(found, number.unit), ends(found, number.unit)])}`;
  };
  const how = (answer, given) => (answer.span ? answer.said : answer.missing.length ? filled(texts.lacks, [lacks(answer, given)]) : texts.only);
  const tests = (placed) => {
    const { given, answers } = placed;
    const known = (name) => has(given.inputs, name) || (has(answers, name) && answers[name].span);
    return Object.keys(model.byEye)
      .filter((name) => !has(model.shownWith, name) || known(model.shownWith[name]))
      .map((name) => ({ name, answer: answers[name] }))
      .map(({ name, answer }) => [answer.number.title, answer.span ? spanned(answer.span, answer.number.unit) : texts.none, (answer.span && beside(placed, name)) || how(answer, given)]);
  };
  const costs = ({ given, answers }) =>
    model.costs.map((name) => [answers[name].number.title, answers[name].number.basis, answers[name].span ? spanned(answers[name].span, "USD") : texts.none, how(answers[name], given)]);
  const hours = ({ answers, given }) => {
    const { span, said, number } = answers.chip_hours;
    return span ? `${number.title}: ${spanned(span, number.unit)}, ${said || given.readAs || answers.chip_hours_known.said}` : "";
  };
  const behind = (placed) => [hours(placed), ...Object.entries(placed.given.prices).map(([name, said]) => `${texts.prices[name]}: ${said}`)].filter(Boolean);
  const known = ({ given }) => {
    const parts = Object.entries(model.known)
      .filter(([name]) => has(given.inputs, name))
      .map(([name, [unit, text]]) => filled(text, [amount(given.inputs[name][VALUE], unit)]));
    return [...parts, given.gpu, given.when].filter(Boolean).join("; ");
  };

  // ---- What somebody types, and what an address holds.

  // A number with a word as it is kept: "4.6 million".
  const split = (text) => {
    const found = /^(.*?)\s*(thousand|million|billion|trillion|k|mn?|bn?|t)?\s*$/i.exec(text.trim());
    const word = (found[2] || "").toLowerCase();
    return [found[1], has(SHORT, word) ? SHORT[word] : word];
  };
  function number(text) {
    const [digits, word] = split(text);
    const value = plain(digits);
    return word ? Number(`${digits}e${SCALES[word]}`) : value;
  }
  const within = (value, low, high) => value >= low && value <= high;
  const limits = (name) => (name === "sum" || name === "to" ? model.sum : [fields[name].low, fields[name].high]);
  // The text that is kept of a number, or undefined.
  const acceptedNumber = (name, text) => {
    if (text.length > 60) return undefined;
    const sum = !has(fields, name);
    const [digits, word] = split(text);
    const kept = word ? `${digits} ${word}` : digits;
    if (sum || word ? !SUM.test(kept) : !Number.isFinite(plain(digits))) return undefined;
    return within(number(kept), ...limits(name)) ? kept : undefined;
  };
  const accepted = (name, text) => {
    if (text === "") return name === "reading" ? undefined : "";
    if (name === "name") return named(text) || undefined;
    if (name === "counts") return has(model.boundaries, text) ? text : undefined;
    if (name === "model") return has(models, text) ? text : undefined;
    if (name === "gpu") return has(chips, text) ? text : undefined;
    if (name === "when") return model.halves.includes(text) ? text : undefined;
    if (name === "reading") return has(readings, text) ? text : undefined;
    return acceptedNumber(name, text);
  };
  const whole = (name, word) => !word && (name === "sum" || name === "to" || fields[name].whole);
  // What a field means: its text as it is kept, or what to write instead.
  const meant = (name, text) => {
    if (text.trim() === "") return { value: "" };
    if (name === "name") return { value: named(text) };
    const [digits, word] = split(text);
    return typed(digits, (bare) => accepted(name, word ? `${bare} ${word}` : bare), whole(name, word));
  };
  const wanted = (name) => `write a number from ${has(fields, name) ? fields[name].allowed : model.sumAllowed}, such as 2.5 or 2.5 million`;

  const NAMES = Object.keys(BLANK);
  let state = { ...BLANK };
  const consistent = (setting) => !(setting.reading === "between" && setting.sum && setting.to && number(firstOf(setting)) > number(setting.to));
  const read = (fragment) => {
    const { found, refused } = settings(fragment, (name, text) => (has(BLANK, name) ? accepted(name, text) : undefined));
    if (!consistent({ ...BLANK, ...found })) {
      delete found.to;
      refused.push("to");
    }
    return { found, refused };
  };
  const written = () => NAMES.filter((name) => state[name] !== BLANK[name]).map((name) => `${name}=${encodeURIComponent(state[name])}`).join("&");
  const follow = () => {
    const hash = unescaped(location.hash.slice(1));
    if (hash && !hash.includes("=")) return written() && address("replaceState", written()); // a place on the page
    const { found, refused } = read(hash);
    state = { ...BLANK, ...found };
    for (const element of elements) {
      element.fill();
      element.notice(ignored(refused));
    }
  };

  // ---- The setting as a command and as a story.

  const sumText = () => (state.reading === "between" ? `${state.sum} to ${state.to}` : `${state.reading} ${state.sum}`);
  const command = (placed) => {
    const options = ["model", "gpu", ...Object.keys(fields), "when", "counts"].filter((name) => state[name] !== "");
    const parts = options.map((name) => `--${name} ${has(fields, name) ? number(state[name]) : state[name]}`);
    if (!state.model && state.name) parts.push(`--name "${named(state.name)}"`);
    if (!placed.given.sum) return state.model ? `report model ${state.model}` : "";
    return [`report claim "${sumText()}"`, ...parts].join(" ");
  };
  const story = (placed) => {
    const scalar = (value) => (typeof value === "number" ? String(value) : JSON.stringify(value));
    const lines = [`title: ${scalar(placed.given.sum ? `Did ${placed.given.name} cost ${placed.given.sum.said}?` : `What did ${placed.given.name} cost?`)}`];
    lines.push(`question: "Which cost can this sum be?"`);
    if (state.model) lines.push(`model: ${scalar(state.model)}`);
    const own = [...(state.model ? [] : [["name", placed.given.name]]), ["gpu", state.gpu], ["when", state.when]];
    for (const name in fields) if (state[name] !== "") own.push([fields[name].key, number(state[name])]);
    const rows = own.filter(([, value]) => value !== "");
    if (rows.length) lines.push("run:", ...rows.map(([name, value]) => `  ${name}: ${scalar(value)}`));
    lines.push("claims:");
    const claim = { sentence: "", amount: placed.given.sum ? sumText() : "", boundary: placed.given.boundary, said_by: "", date: "", source: "", better_wording: placed.sentence };
    Object.entries(claim).forEach(([name, value], index) => lines.push(`  ${index ? " " : "-"} ${name}: ${scalar(value)}`));
    return lines.join("\n") + "\n";
  };

  // ---- The costs and the sum on one scale, by order of magnitude: the table once more, for the eye.

  // Heights grow with the reader's letters.
  const larger = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
  const ROW = 36;
  const drawn = (svg, { given, answers, fits }) => {
    const costs = model.costs.map((name) => answers[name]).filter((answer) => answer.span);
    const sum = given.sum ? [given.sum.span] : [];
    const all = [...costs.map((answer) => answer.span), ...sum].flat();
    svg.replaceChildren();
    svg.toggleAttribute("hidden", !costs.length);
    if (!costs.length) return;
    const [low, high] = [Math.log10(Math.min(...all)) - 0.2, Math.log10(Math.max(...all)) + 0.2];
    const place = (value) => 1 + (98 * (Math.log10(value) - low)) / (high - low);
    const bottom = 20 + ROW * costs.length;
    svg.setAttribute("height", (bottom + 22) * larger);
    const add = (tag, kind, attributes, text = "") => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const key in attributes) node.setAttribute(key, typeof attributes[key] === "string" ? attributes[key] : Math.round(attributes[key] * larger * 100) / 100);
      node.setAttribute("class", kind);
      node.textContent = text;
      svg.append(node);
    };
    const across = (value) => `${place(value).toFixed(2)}%`;
    const bar = (kind, span, y, height) => add("rect", kind, { x: across(span[LOW]), width: `${(place(span[HIGH]) - place(span[LOW])).toFixed(2)}%`, y, height });
    const upright = (kind, value) => add("line", kind, { x1: across(value), x2: across(value), y1: 16, y2: bottom });
    const anchor = (value) => (place(value) < 12 ? "start" : place(value) > 88 ? "end" : "middle");
    const by = Math.max(1, Math.ceil((high - low) / 6));
    for (let power = Math.ceil(low); power <= high; power += by) {
      upright("claim-grid", 10 ** power);
      add("text", "claim-muted", { x: across(10 ** power), y: bottom + 15, "text-anchor": anchor(10 ** power) }, tick(10 ** power));
    }
    for (const span of sum) {
      bar("claim-band", span, 16, bottom - 16);
      upright("claim-sum", span[VALUE]);
      add("text", "claim-head", { x: across(span[VALUE]), y: 12, "text-anchor": anchor(span[VALUE]) }, `the sum: ${given.sum.said}`);
    }
    costs.forEach(({ number, span }, index) => {
      const y = 20 + ROW * index;
      add("text", "claim-label", { x: 0, y: y + 13 }, number.title);
      bar(`claim-bar basis-${number.basis}`, span, y + 20, 8);
      add("circle", `claim-centre basis-${number.basis}`, { cx: across(span[VALUE]), cy: y + 24, r: fits.includes(number.name) ? 6 : 4 });
    });
  };

  // ---- The element.

  const elements = new Set();
  const rows = (body, wanted, marked) => {
    while (body.rows.length > wanted.length) body.lastChild.remove();
    wanted.forEach((cells, index) => {
      const line = body.rows[index] || body.insertRow();
      cells.forEach((text, at) => {
        const cell = line.children[at] || line.appendChild(document.createElement(at ? "td" : "th"));
        if (!at) cell.scope = "row";
        if (!cell.children.length) cell.append(document.createElement("span"), " ", document.createElement("small"));
        [].concat(text, "").slice(0, 2).forEach((part, place) => put(cell.children[place], part));
      });
      line.classList.toggle("claim-fits", Boolean(marked && marked(index)));
    });
  };
  class ReportClaim extends HTMLElement {
    connectedCallback() {
      if (elements.has(this)) return;
      elements.add(this);
      this.classList.add("claim-on");
      this.addEventListener("submit", (event) => event.preventDefault());
      this.addEventListener("change", (event) => this.changed(event.target));
      this.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    }
    field(name) {
      return this.querySelector(`[data-field="${name}"]`);
    }
    part(name) {
      return this.querySelector(`[data-part="${name}"]`);
    }
    // Everything in the form from the setting, when it came from an address.
    fill() {
      for (const name of NAMES) {
        const field = this.field(name);
        field.value = state[name];
        this.remark(field, "");
        if (state[name] !== BLANK[name] && field.closest("details")) field.closest("details").open = true;
      }
      this.update();
    }
    remark(field, text) {
      const line = document.getElementById(`${field.id}-word`);
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      if (!line) return;
      put(line, text);
      line.hidden = !text;
    }
    changed(field) {
      const name = field.dataset.field;
      if (!has(BLANK, name)) return;
      const list = field.tagName === "SELECT";
      const { value, advice } = list ? { value: accepted(name, field.value) } : meant(name, field.value);
      state = { ...state, [name]: value === undefined ? "" : value };
      const word = value === undefined ? advice || wanted(name) : "";
      this.remark(field, word && `Not used: ${word}.`);
      if (!list && !word) field.value = state[name];
      if (!consistent(state)) {
        state = { ...state, to: "" };
        this.remark(this.field("to"), "Not used: the second sum is the smaller one.");
      }
      address("pushState", written());
      this.notice("");
      this.update();
    }
    async clicked(button) {
      if (!button) return;
      if (button.matches(".claim-clear")) {
        state = { ...BLANK };
        address("pushState", written());
        this.notice("");
        return this.fill();
      }
      if (button.dataset.example) return void (location.hash = button.dataset.example);
      if (button.matches(".claim-save")) return saved(this.part("story").textContent, "story.yml");
      const { copy } = button.dataset;
      const text = { sentence: () => this.part("sentence").textContent, link: () => location.href, command: () => this.part("command").textContent }[copy]();
      put(this.part("link"), location.href);
      const done = await copied(text, this.part(copy === "sentence" ? "words" : copy));
      this.notice(done ? `The ${copy} was copied.` : NOT_COPIED);
    }
    notice(text) {
      const line = this.part("notice");
      put(line, text);
      line.hidden = !text;
    }
    // In an empty field stands what is used in its place, or what one may look like.
    hint({ inputs }) {
      for (const [name, { input }] of Object.entries(fields)) {
        const field = this.field(name);
        field.dataset.such ??= field.placeholder;
        const used = state[name] === "" && has(inputs, input);
        field.placeholder = used ? amount(inputs[input][VALUE], input === "flop_given" ? "FLOP" : "") : state.model ? "not known" : field.dataset.such;
      }
    }
    show(name, text) {
      const node = this.part(name);
      put(node, text);
      node.hidden = !text;
    }
    update() {
      const placed = place(state);
      this.placed = placed;
      this.field("to").closest("label").hidden = state.reading !== "between";
      this.field("name").closest("label").hidden = Boolean(state.model);
      this.hint(placed.given);
      this.show("known", known(placed) ? `Known of ${placed.given.name}: ${known(placed)}.` : "");
      this.show("counted", `Counted as: ${model.boundaries[placed.given.boundary]}.`);
      this.show("verdict", verdicts[placed.verdict].means);
      put(this.part("strip"), verdicts[placed.verdict].means);
      this.show("slips", placed.slips.join(" "));
      this.show("sentence", placed.sentence);
      this.querySelector('[data-copy="sentence"]').hidden = !placed.sentence;
      this.querySelector('[data-copy="command"]').hidden = !command(placed);
      const apart = (text) => text.split(/ (?=\()/); // the central value, and its ends below it
      drawn(this.part("drawing"), placed);
      rows(this.part("costs"), costs(placed).map(([title, basis, text, known]) => [[title, basis], apart(text), known]), (index) => placed.fits.includes(model.costs[index]));
      rows(this.part("tests"), tests(placed).map(([title, text, other]) => [title, apart(text), other]));
      this.show("behind", behind(placed).join(". "));
      this.show("command", command(placed));
      put(this.part("story"), story(placed));
      put(this.part("words"), placed.sentence);
      clearTimeout(this.saying);
      this.saying = setTimeout(() => put(this.part("said"), [verdicts[placed.verdict].means, ...placed.slips].join(" ")), 700);
    }
  }

  // For the tests: a setting of the form, placed, with its rows in words.
  model.answered = (setting) => {
    const placed = place({ ...BLANK, ...setting });
    return { ...placed, tests: tests(placed), costs: costs(placed), behind: behind(placed), known: known(placed) };
  };
  model.meant = meant;
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", follow);
  customElements.define("report-claim", ReportClaim);
  follow();
})();
