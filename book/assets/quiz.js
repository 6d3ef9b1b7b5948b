// The questions at the end of a chapter (analysis/teaching/site/quiz.py), checked in the page. Without this script they
// stand there with their answers folded away below each.
(() => {
  "use strict";
  const forms = document.querySelectorAll(".quiz-question");
  if (!forms.length) return;

  // "5.58", "5,580,000" and "−0.3" are numbers; "5,58" is one too, with the comma of other languages.
  const number = (text) => {
    let plain = text.replace(/[$%]/g, "").trim().replace(/\u2212/g, "-");
    if (/^[-+]?[1-9]\d{0,2}([,'’\s]\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replace(/[,'’\s]/g, "");
    else if (/^[-+]?\d+,\d+$/.test(plain)) plain = plain.replace(",", ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  };
  const near = (value, other, tolerance) => Math.abs(value - other) <= tolerance * Math.abs(other) * (1 + 1e-9);

  for (const form of forms) {
    const answers = form.querySelector("details"), said = form.querySelector(".quiz-said");
    const entries = [...answers.querySelectorAll("li")];
    const right = entries.map((entry) => entry.dataset.right === "true");
    const why = (place) => entries[place].querySelector(".quiz-why").textContent;
    const inputs = [...form.querySelectorAll("input")];

    const tell = (kind, head, lines = []) => {
      const title = document.createElement("strong");
      title.textContent = head;
      const first = document.createElement("p");
      first.append(title);
      const rest = lines.map((line) => Object.assign(document.createElement("p"), { textContent: line }));
      if (rest.length === 1) first.append(" ", rest.pop().textContent);
      said.dataset.kind = kind;
      said.replaceChildren(first, ...rest);
    };

    const checks = {
      one() {
        const chosen = inputs.findIndex((input) => input.checked);
        if (chosen < 0) return tell("open", "Choose an answer first.");
        tell(right[chosen] ? "right" : "wrong", right[chosen] ? "Right." : "Not this one.", [why(chosen)]);
      },
      several() {
        const chosen = inputs.map((input) => input.checked);
        if (!chosen.includes(true)) return tell("open", "Choose at least one answer first.");
        const wrong = entries.flatMap((entry, place) => chosen[place] && !right[place] ? [place] : []);
        const missing = right.filter((is, place) => is && !chosen[place]).length;
        const told = (place) => `${inputs[place].parentElement.textContent.trim().replace(/\.$/, "")}: ${why(place)}`;
        if (!wrong.length && !missing) {
          const head = chosen.filter(Boolean).length === 1 ? "Right." : "Right, all of them.";
          return tell("right", head, entries.flatMap((entry, place) => right[place] ? [told(place)] : []));
        }
        const lines = wrong.map(told);
        if (missing) lines.push(missing === 1 ? "One right answer is missing." : `${missing} right answers are missing.`);
        tell("wrong", wrong.length ? "Not quite." : "So far right.", lines);
      },
      number() {
        const value = number(inputs[0].value), answer = Number(form.dataset.answer), allowed = Number(form.dataset.tolerance);
        inputs[0].setAttribute("aria-invalid", String(Number.isNaN(value)));
        if (Number.isNaN(value)) return tell("open", "Type a number without words, for example 5.6.");
        if (near(value, answer, allowed)) return tell("right", "Right.", [why(0)]);
        const slip = entries.findIndex((entry) => entry.dataset.value && near(value, Number(entry.dataset.value), allowed));
        if (slip > 0) return tell("wrong", "Not this one.", [why(slip)]);
        const power = [-9, -6, -3, -2, 2, 3, 6, 9].find((each) => near(value, answer * 10 ** each, allowed));
        if (power) return tell("wrong", "The digits are right, the unit is not.", ["Read below the question in which unit it asks."]);
        tell("wrong", value < answer ? "Too small." : "Too large.");
      },
    };

    answers.hidden = true;
    form.querySelector(".quiz-tools").hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      checks[form.dataset.kind]();
      if (said.dataset.kind !== "open") answers.hidden = false;
    });
    form.addEventListener("input", () => {
      if (said.dataset.kind) said.replaceChildren();
      delete said.dataset.kind;
    });
  }
})();
