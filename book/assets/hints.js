// Notes beside words and numbers (analysis/report/site/hints.py): shown on hover, focus and a first tap.
// What is shown is the text that the link names as its description, so screen readers say it without this script.
// A button at the foot of the page switches them off, for every page and until it is pressed again.
(() => {
  "use strict";
  const links = document.querySelectorAll("a.hint");
  if (!links.length) return;

  const note = document.createElement("div");
  note.className = "hint-note";
  note.hidden = true;
  note.setAttribute("aria-hidden", "true"); // said already, as the link's description
  document.body.append(note);

  let owner = null, timer = 0, touched = false, off = localStorage.getItem("notes") === "off";

  const described = [...links].filter((link) => link.hasAttribute("aria-describedby"));
  const button = document.createElement("button");
  const switched = () => {
    button.textContent = `Notes on numbers, terms and sources: ${off ? "off" : "on"}`;
    for (const link of described) {
      link.dataset.note ??= link.getAttribute("aria-describedby");
      off ? link.removeAttribute("aria-describedby") : link.setAttribute("aria-describedby", link.dataset.note);
    }
  };
  button.type = "button";
  button.className = "hint-switch";
  button.addEventListener("click", () => {
    off = !off;
    localStorage.setItem("notes", off ? "off" : "on");
    switched();
  });
  switched();
  document.querySelector(".end-of-page")?.append(button);

  const place = () => {
    const word = owner.getClientRects()[0], gap = 6, edge = 8;
    const width = document.documentElement.clientWidth;
    const left = Math.max(edge, Math.min(word.left, width - note.offsetWidth - edge));
    const above = word.bottom + gap + note.offsetHeight > innerHeight && word.top > note.offsetHeight + gap;
    note.style.left = `${left + scrollX}px`;
    note.style.top = `${(above ? word.top - gap - note.offsetHeight : word.bottom + gap) + scrollY}px`;
  };
  const show = (link) => {
    clearTimeout(timer);
    const text = document.getElementById(link.dataset.note);
    if (!text || off) return;
    owner = link;
    note.textContent = text.textContent;
    note.hidden = false;
    place();
  };
  const hide = () => { clearTimeout(timer); note.hidden = true; owner = null; };
  const later = (action, wait) => { clearTimeout(timer); timer = setTimeout(action, wait); };

  for (const link of links) {
    link.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") later(() => show(link), 120); });
    link.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") later(hide, 250); });
    link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
    link.addEventListener("blur", () => later(hide, 0));
    link.addEventListener("pointerdown", (event) => { touched = event.pointerType !== "mouse"; });
    // A finger cannot hover: the first tap shows the note, the second follows the link.
    link.addEventListener("click", (event) => {
      if (!touched || off || owner === link) return;
      event.preventDefault();
      show(link);
      document.querySelector("p.said[role=status]").textContent = note.textContent; // a tap is no focus: nothing else would say it
    });
  }
  // The pointer may move onto the note, to read or to copy it.
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => later(hide, 250));
  document.addEventListener("pointerdown", (event) => {
    if (owner && !note.contains(event.target) && !owner.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && owner) hide(); });
  addEventListener("resize", hide);
})();
