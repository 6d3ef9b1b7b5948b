/* What the pages with a form share: numbers in words, what somebody means who types one, and how a text leaves the page.
   Nothing is fetched, evaluated as code or inserted as HTML. */
window.reportWords = (rules) => {
  "use strict";
  // ---- Numbers in words: analysis/words.py once more, and a test compares the two. `rules` are its RULES.

  const exponent = (value) => Math.floor(Math.log10(Math.abs(value)));

  // Rounds the shortest decimal that names the number, halves away from zero.
  const number = (value, decimals = 0) => {
    if (!Number.isFinite(value)) return "not defined";
    const [mantissa, power] = Math.abs(value).toExponential().split("e");
    const digits = mantissa.replace(".", "");
    const end = Number(power) + 1 + decimals; // how many of the digits are kept
    let kept = end > 0 ? digits.slice(0, end).padEnd(end, "0") : "";
    if (end >= 0 && digits.charAt(end) >= "5") kept = String(BigInt(kept || "0") + 1n);
    kept = kept.padStart(Math.max(decimals, 0) + 1, "0") + "0".repeat(Math.max(-decimals, 0));
    const cut = kept.length - Math.max(decimals, 0);
    const whole = kept.slice(0, cut).replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");
    const sign = value < 0 && /[1-9]/.test(kept) ? "−" : "";
    return sign + whole + (decimals > 0 ? "." + kept.slice(cut) : "");
  };
  const digits = (value, significant = 4) => {
    if (value === 0 || !Number.isFinite(value)) return number(value);
    const text = number(value, significant - 1 - exponent(value));
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  };
  const scientific = (value, significant = 3) => {
    const [mantissa, power] = value.toExponential(12).split("e"); // see words.py
    const kept = number(Number(mantissa), significant - 1);
    const up = kept.startsWith("10"); // 9.999 has become 10.00
    return `${up ? number(1, significant - 1) : kept} × 10${[...String(Number(power) + up)].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("")}`;
  };
  const scale = (value, significant) => {
    for (const [factor, word] of [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]])
      if (Math.abs(value) >= factor * (1 - 0.5 * 10 ** -significant)) return [factor, word];
    return [1, ""];
  };
  const dress = (text, unit, word) => {
    const sign = text.startsWith("−") ? "−" : "";
    const bare = text.slice(sign.length);
    if (unit.startsWith("USD")) return `${sign}$${bare}${word}`;
    if (unit === "fraction") return `${sign}${bare} %`;
    return unit === "times" ? `${sign}${bare} times` : sign + bare + word;
  };
  const amount = (value, unit, low = null, high = null, significant = 4, least = 2) => {
    if (!Number.isFinite(value)) return "not defined";
    if (unit === "FLOP") return scientific(value);
    const plain = ["times", "ratio", "year"].includes(unit);
    const [factor, word] = unit === "fraction" ? [0.01, ""] : plain ? [1, ""] : scale(value, significant);
    if (rules.hourly.includes(unit)) return dress(number(value, rules.cents), unit, "");
    if (low === null || high === null || low === high) {
      if (rules.counts.includes(unit)) return number(value);
      return dress(digits(value / factor, significant), unit, word);
    }
    const width = Math.abs(high / factor - low / factor) / 10;
    let places = width === 0 || !Number.isFinite(width) ? 0 : -exponent(width);
    if (value) places = Math.max(places, least - 1 - exponent(value / factor));
    return dress(number(value / factor, places), unit, word);
  };
  const tick = (value) => {
    for (const [factor, letter] of [[1e9, "B"], [1e6, "M"], [1e3, "K"]])
      if (Math.abs(value) >= factor * 0.9995) return `$${digits(value / factor, 3)}${letter}`;
    return `$${digits(value, 3)}`;
  };
  const setting = (value) => (Number.isInteger(value) ? number(value) : digits(value));
  const percent = (fraction) => {
    if (!Number.isFinite(fraction)) return number(fraction);
    const size = Math.abs(fraction);
    if (size > 0 && size < rules.leastChange) return "less than 1 %";
    return `${size ? (fraction > 0 ? "+" : "−") : ""}${number(size * 100)} %`;
  };

  // ---- Numbers as they are typed.

  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
  // The number that a text is, or NaN.
  const plain = (text) => (text.length <= 40 && NUMBER.test(text) ? Number(text) : NaN);
  // What somebody means who types a number: its value, or how to write it. A comma before three digits may part thousands or be a
  // decimal one: it is used where no decimal could be meant, and else named. Any other single comma is a decimal one.
  // accepted: the value that a text names, or undefined; whole: whether nobody would give it to a thousandth.
  const typed = (text, accepted, whole = false) => {
    const bare = text.trim().replace(/^\$\s*/, "");
    const grouped = /^[1-9]\d{0,2}([,'’\s]\d{3})+(\.\d*)?$/.test(bare);
    const pointed = /^[1-9]\d{0,2}([.'’\s]\d{3})+,\d+$/.test(bare); // "1.234,5"
    if (pointed || (!grouped && /^\d+,\d+$/.test(bare))) return { value: accepted(bare.replace(/[.'’\s]/g, "").replace(",", ".")) };
    const value = accepted(grouped ? bare.replace(/[,'’\s]/g, "") : bare);
    const point = grouped && !whole && /^\d+,\d+$/.test(bare) ? accepted(bare.replace(",", ".")) : undefined;
    if (point === undefined) return { value };
    return { advice: value === undefined ? `write a decimal point: ${point}` : `a comma may be either: write ${value} or ${point}` };
  };
  const unescaped = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  // ---- How a text is shown, and how it leaves the page.

  const put = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  // Whether it was copied; where the browser does not allow that, what holds the text is opened and selected.
  const copied = async (text, holder) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      holder.closest("details").open = true;
      getSelection().selectAllChildren(holder);
      return false;
    }
  };
  // ---- A setting in the address of a page.

  // What a fragment names, each name once, as far as `accept(name, text)` gives a value; and the names of the others.
  const settings = (fragment, accept) => {
    const found = {};
    const refused = [];
    for (const part of fragment.slice(0, 4000).split("&").filter(Boolean)) {
      const at = part.indexOf("=");
      const name = at < 0 ? part : part.slice(0, at);
      const value = at > 0 && !Object.hasOwn(found, name) ? accept(name, part.slice(at + 1)) : undefined;
      if (value === undefined) refused.push(name.replace(/[^\w .-]/g, "?").slice(0, 40));
      else found[name] = value;
    }
    return { found, refused };
  };
  // Puts a setting into the address, by `pushState` or `replaceState`; nothing where it stands there already.
  const address = (how, hash) => {
    const url = location.href.split("#")[0] + (hash ? "#" + hash : "");
    if (url === location.href) return;
    try {
      history[how](null, "", url);
    } catch {
      location.hash = hash;
    }
  };
  const ignored = (refused) => {
    const many = refused.length > 5 ? ` and ${refused.length - 5} more` : "";
    return refused.length ? `The address names settings that cannot be used. They were ignored: ${refused.slice(0, 5).join(", ")}${many}.` : "";
  };

  const NOT_COPIED = "The browser does not let this page copy. The text is selected below: copy it with the keyboard.";
  const saved = (text, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/yaml" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  return { exponent, number, digits, amount, tick, setting, percent, plain, typed, unescaped, put, copied, settings, address, ignored, NOT_COPIED, saved };
};
