/* Before all other scripts and before anything is painted: a storage that never fails, the typeface, and light or dark, which is
   the reader's choice, else the system's. The theme's own script takes over later. */
(() => {
  // A browser may refuse storage, as where cookies are blocked or in a frame of a learning platform. The theme's script would
  // stop at that, and with it menu, search and colours: what is kept then lasts as long as the page.
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].setItem("report", "");
      window[name].removeItem("report");
    } catch {
      const kept = new Map();
      const value = {
        getItem: (key) => kept.get(String(key)) ?? null,
        setItem: (key, text) => void kept.set(String(key), String(text)),
        removeItem: (key) => void kept.delete(String(key)),
      };
      Object.defineProperty(window, name, { value, configurable: true });
    }
  }
  // What was asked before is not marked in what is found now.
  if (location.pathname.endsWith("/search.html")) localStorage.removeItem("sphinx_highlight_terms");
  const root = document.documentElement;
  const mode = localStorage.getItem("mode") || "auto";
  const dark = mode === "dark" || (mode !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  // The typeface is there for the first paint, and nothing jumps. From a folder a browser refuses to fetch it ahead.
  if (location.protocol !== "file:") {
    for (const face of ["regular", "semibold"]) {
      const link = document.createElement("link");
      Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "" });
      link.href = new URL(`report-sans-${face}.woff2`, document.currentScript.src).href;
      document.head.append(link);
    }
  }
  // In a folder Firefox takes no page for one of its own site, and the policy would not let it send the question to the search.
  addEventListener("submit", (event) => {
    if (event.defaultPrevented || location.protocol !== "file:") return;
    event.preventDefault();
    const to = new URL(event.target.action);
    to.search = new URLSearchParams(new FormData(event.target));
    location.assign(to);
  });
  // The theme's button prints by an inline handler, which the pages' policy forbids; policy.py marks it instead.
  document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
  // What is pressed keeps the keyboard, or gets it back, and says what it did.
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", "status");
  const colours = () => {
    for (const button of document.querySelectorAll(".theme-switch-button")) {
      const name = `Colours: ${root.dataset.mode === "auto" ? "as the system" : root.dataset.mode}`;
      button.setAttribute("aria-label", name);
      button.title = name;
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(said);
    colours();
    new MutationObserver(colours).observe(root, { attributeFilter: ["data-mode"] });
    for (const dialog of document.querySelectorAll("dialog")) {
      // Who opened it; the theme keeps the click to itself.
      let opener = null;
      const buttons = `[aria-controls="${dialog.id}"]${dialog.id === "pst-search-dialog" ? ", .search-button" : ""}`;
      document.addEventListener("click", (event) => (opener = event.target.closest(buttons) || opener), true);
      new MutationObserver(() => {
        for (const button of document.querySelectorAll(`[aria-controls="${dialog.id}"]`)) button.setAttribute("aria-expanded", String(dialog.open));
        if (!dialog.open && opener) opener.focus();
      }).observe(dialog, { attributeFilter: ["open"] });
    }
  });
  // An address that names a place in a fold opens it.
  const unfolded = () => {
    const named = document.getElementById(location.hash.slice(1)), fold = named?.closest("details");
    if (!fold || fold.open) return;
    fold.open = true;
    named.scrollIntoView();
  };
  addEventListener("hashchange", unfolded);
  document.addEventListener("DOMContentLoaded", unfolded);
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copybtn");
    if (!button) return;
    said.textContent = "";
    setTimeout(() => {
      button.focus();
      said.textContent = "Copied";
    }, 50);
  });
  root.dataset.mode = mode;
  root.dataset.theme = dark ? "dark" : "light";
})();
