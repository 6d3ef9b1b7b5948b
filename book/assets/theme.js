/* The typeface, and light or dark, before anything is painted: the reader's choice, else the system's. The theme's own script takes over later. */
(() => {
  const root = document.documentElement;
  let mode = "auto";
  try {
    mode = localStorage.getItem("mode") || "auto";
  } catch {
    // A browser may refuse storage; then the system decides.
  }
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
  // The theme's button prints by an inline handler, which the pages' policy forbids; policy.py marks it instead.
  document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
  root.dataset.mode = mode;
  root.dataset.theme = dark ? "dark" : "light";
})();
