// Starts reveal.js. A file of its own, since the page's policy allows no script in the page.
(function () {
  "use strict";
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
    scrollActivationWidth: null,
    controlsTutorial: false,
    keyboard: { 78: toggleNotes, 83: openNotes },
  }).then(function () {
    // An <aside> must not stand inside the page's main part.
    document.querySelector(".reveal .controls").setAttribute("role", "none");
    Reveal.on("slidechanged", function (event) {
      if (speaker && !speaker.closed) {
        speaker.location.replace(new URL(notesOf(event.currentSlide), document.baseURI).href);
      }
    });
  });
})();
