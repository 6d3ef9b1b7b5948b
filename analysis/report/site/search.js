// What Sphinx' searchtools.js asks of a language (analysis/report/site/search.py), and what a result shows of its page.
// A number is one word, with or without commas: "2,788,000" is "2788000", and "5.6" is not 5 and 6.
var splitQuery = (text) =>
  (text.match(new RegExp(`${NUMBER}|[\\p{L}\\p{N}_\\p{Emoji_Presentation}]+`, "gu")) || [])
    .map((word) => word.replace(/,/g, ""));
var isNumber = (word) => /^[0-9]+(\.[0-9]+)?$/.test(word);
// As a page may print it, to be marked there.
var printed = (word) =>
  isNumber(word) ? [word, word.replace(/^[0-9]+/, (whole) => whole.replace(/\B(?=(...)+$)/g, ","))] : [word];

// What a result quotes of its page: of the sentences and rows of tables with most of the words the first. Folded code and
// boxes only where nothing else has them, and never the answer to a question.
var quotation = (html, terms, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const place = anchor && page.getElementById(anchor.slice(1));
  const part = (place && place.closest("section")) || page.querySelector("article") || page.body;
  for (const each of part.querySelectorAll("script, style, button, .headerlink, .quiz-answers, .end-of-page")) each.remove();
  for (const each of part.querySelectorAll("br")) each.replaceWith(" ");
  const stemmer = new Stemmer();
  const has = (text) => {
    const words = splitQuery(text.toLowerCase()), stems = new Set(words.map((word) => stemmer.stemWord(word)));
    return (term) => stems.has(term) || (!isNumber(term) && words.some((word) => word.includes(term)));
  };
  let best = "", most = 0;
  const inner = "p, li, dt, dd, tr, pre", folded = "[hidden], details.hide, .figure-box";
  for (const block of part.querySelectorAll(`${inner}, figcaption`)) {
    const row = block.closest("tr");
    if (row ? row !== block : block.querySelector(inner)) continue;
    const texts = row ? [[...row.cells].map((cell) => cell.textContent.trim()).filter(Boolean).join(" · ")] : sentences(block.textContent);
    for (const text of texts) {
      const count = [...terms].filter(has(text)).length;
      const whole = row || /[.!?][”"’')]*\s*$/.test(text);
      const worth = count && count + (whole ? 0.5 : 0) + (block.closest(folded) ? 0 : terms.size);
      if (worth > most) [best, most] = [text, worth];
    }
  }
  const line = document.createElement("p");
  line.className = "context";
  line.textContent = shortened(best.replace(/\s+/g, " ").trim(), [...terms].flatMap(printed));
  return line;
};
var sentences = (text) =>
  Intl.Segmenter ? [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)].map((each) => each.segment) : [text];
// A sentence stays whole; the rest of a long row or of code is cut off between words.
var shortened = (text, forms, most = 320) => {
  if (text.length <= most) return text;
  const found = forms.map((form) => text.toLowerCase().indexOf(form)).filter((at) => at >= 0);
  const from = text.lastIndexOf(" ", Math.max(Math.min(...found, text.length) - most / 4, 0)) + 1;
  const cut = text.slice(from, text.lastIndexOf(" ", from + most));
  return (from ? "… " : "") + cut + (from + cut.length < text.length ? " …" : "");
};
