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

// Which result comes first: one that has all words in its title, then one that says them often for its length and stands
// early in the contents. Sphinx gives up to a hundred to a term of the glossary; here no more than to a title.
var Scorer = {
  score: ([page, title, anchor, , score]) => {
    const ranks = window.reportRanks || {};
    const [place, length, said] = Object.hasOwn(ranks, page) ? ranks[page] : [0, 1, {}];
    const stemmer = new Stemmer();
    const stem = (text) => splitQuery(text.toLowerCase()).map((word) => stemmer.stemWord(word));
    const words = stem(asked()), titled = new Set(stem(title));
    const share = (word) => {
      const count = (Object.hasOwn(said, word) && said[word]) || 0;
      return count / (count + 1 + length / 200); // how near the page comes to being about the word: 0 to 1
    };
    const about = words.reduce((sum, word) => sum + share(word), 0) / (words.length || 1);
    const named = words.filter((word) => titled.has(word)).length / (words.length || 1);
    const first = title.toLowerCase().startsWith(asked().toLowerCase()); // "GPT-5" is what the page "GPT-5: what it cost" is about
    return Math.min(score, 15) + place * (about ? 1 : 0.3) + 30 * about + 8 * named + (first ? 30 : 0) - (anchor ? 1 : 0);
  },
  ...{ objNameMatch: 11, objPartialMatch: 6, objPrio: { 0: 15, 1: 5, 2: -5 }, objPrioDefault: 0 },
  ...{ title: 15, partialTitle: 7, term: 5, partialTerm: 2 },
};
var asked = () => (new URLSearchParams(location.search).get("q") || "").trim();
// What was found, as heading, as title of the page, and aloud.
var finished = (count) => {
  const told = count ? `${count} ${count === 1 ? "result" : "results"} for “${asked()}”` : `Nothing found for “${asked()}”`;
  Search.title.textContent = told;
  Search.status.textContent = count ? `${count} found.` : "No page has all of these words. Try fewer words, or a number as it is printed.";
  document.title = document.title.replace(/^[^–—]*/, `${told} `);
};
