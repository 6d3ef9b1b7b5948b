// The page for unknown addresses, answered at an address in a folder where its links lead nowhere: this script is found from
// there, knows where the site begins, and leads to the page's own address.
(() => {
  const found = "mode" in document.documentElement.dataset; // by theme.js: then the page's addresses hold
  if (!found) location.replace(new URL("../404.html", document.currentScript.src));
})();
