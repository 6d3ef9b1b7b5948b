// Turns the page into slides, by reveal.js. A file of its own, since the page's policy allows no script in the page.
// A window that is small, as a phone or an enlarged page has it, keeps the page; ?slides and ?page decide for it.
(function () {
  "use strict";
  const room = matchMedia("(min-width: 721px) and (min-height: 481px)");
  const asked = /^\?(slides|page)\b/.exec(location.search)?.[1];
  if (!asked) room.addEventListener("change", () => location.reload());
  if (asked ? asked === "page" : !room.matches) {
    document.getElementById(location.hash.replace(/^#\/?/, ""))?.scrollIntoView();
    return;
  }

  for (const sheet of document.querySelectorAll("link[media]")) sheet.media = sheet.dataset.slides ?? "not all";
  for (const narrow of document.querySelectorAll("source")) narrow.remove();
  document.querySelector(".deck").classList.add("reveal");

  const help = document.getElementById("help");
  const letters = document.getElementById("letters");
  const KEPT = "report-slides-letters";
  let speaker = null;

  function notesOf(slide) {
    return "notes.html#" + slide.id;
  }

  // From file:// the address of another window may be set, but not read.
  function openNotes() {
    speaker = window.open(notesOf(Reveal.getCurrentSlide()), "report-notes");
  }

  function toggleNotes() {
    Reveal.configure({ showNotes: !Reveal.getConfig().showNotes });
    Reveal.layout(); // the slide makes room
  }

  function showHelp() {
    help.showModal();
  }

  // Whether reveal.js sees a key. Of its letters those stay that the list of keys has, until they are switched off.
  function heard(event) {
    if (help.open || (event.key === " " && event.target.closest?.("a, button"))) return false;
    return event.key === " " || event.key.length > 1 || (letters.checked && "bfnos.".includes(event.key.toLowerCase()));
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && letters.checked && !help.open) showHelp();
  });
  document.getElementById("help-button").addEventListener("click", showHelp);
  try {
    letters.checked = localStorage.getItem(KEPT) !== "off";
    letters.addEventListener("change", () => localStorage.setItem(KEPT, letters.checked ? "on" : "off"));
  } catch {
    // No storage where the browser gives none: the switch holds until the deck is closed.
  }

  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    minScale: 0.1,
    maxScale: 4,
    center: false,
    hash: true,
    postMessage: false, // it would obey a page of any origin that frames the deck
    postMessageEvents: false,
    transition: "none",
    backgroundTransition: "none",
    autoAnimate: false,
    slideNumber: false,
    jumpToSlide: false,
    help: false, // its list has keys that are others here
    scrollActivationWidth: null,
    controlsTutorial: false,
    controlsBackArrows: "visible",
    keyboardCondition: heard,
    keyboard: { 78: toggleNotes, 83: openNotes, 112: showHelp },
  }).then(function () {
    addEventListener("load", () => Reveal.layout()); // by then its sheets are there
    // An <aside> must not stand inside the page's main part.
    document.querySelector(".reveal .controls").setAttribute("role", "none");
    // The slides are there to be read: a screen reader keeps its own keys.
    document.querySelector(".reveal").removeAttribute("role");
    Reveal.on("slidechanged", function (event) {
      if (speaker && !speaker.closed) {
        speaker.location.replace(new URL(notesOf(event.currentSlide), document.baseURI).href);
      }
      const image = event.currentSlide.querySelector("img");
      // reveal.js says the text of the slide in the next frame, and leaves out its picture.
      if (image) {
        queueMicrotask(() => requestAnimationFrame(() => (document.querySelector(".aria-status").textContent += image.alt)));
      }
    });
  });
})();
