// A page that has moved (analysis/report/site/finish/moved.py): on to the new one, with the place or the setting in the address.
(() => {
  "use strict";
  const link = document.getElementById("moved"), elsewhere = JSON.parse(link.dataset.elsewhere);
  const place = location.hash.slice(1);
  const to = new URL(Object.hasOwn(elsewhere, place) ? elsewhere[place] : link.getAttribute("href") + location.hash, location);
  to.search = location.search;
  location.replace(to);
})();
