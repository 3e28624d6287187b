// What a script can add to a page that is whole without it: how long ago, this site's own address, copying.
"use strict";

(() => {
  const units = [["year", 365.25], ["month", 30.44], ["day", 1]];
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const time of document.querySelectorAll("time[data-age]")) {
    const days = (new Date(time.dateTime) - Date.now()) / 86400000;
    if (Number.isNaN(days)) continue;
    const [unit, length] = units.find(([, length]) => Math.abs(days) >= length) || ["day", 1];
    time.after(` (${format.format(Math.round(days / length), unit)})`);
  }

  // Nothing published knows where it is published; the browser does.
  const here = new URL(".", location.href).href;
  for (const place of document.querySelectorAll("[data-address]")) {
    place.textContent = place.textContent.replaceAll(place.dataset.address, here);
  }

  for (const button of document.querySelectorAll("button[data-copies]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copies);
      await navigator.clipboard.writeText(source.value || source.textContent);
      const said = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = said), 2000);
    });
  }
})();
