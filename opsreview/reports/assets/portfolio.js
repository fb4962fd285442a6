// Shows the teams of one area: their sections, and their names in the list on top.
(() => {
  "use strict";

  const choice = document.querySelector(".choose");
  if (!choice) return;

  const sections = [...document.querySelectorAll(".team")];
  const rows = [...document.querySelectorAll(".who > div")];

  function show(area) {
    for (const section of sections) {
      section.hidden = area !== "" && !JSON.parse(section.dataset.areas).includes(area);
    }
    const left = new Set(sections.filter((each) => !each.hidden).map(anchor));
    rows.forEach((row) => narrow(row, left));
  }

  const anchor = (section) => section.getAttribute("aria-labelledby");

  function narrow(row, left) {
    const shown = new Set();
    for (const part of row.querySelectorAll("dd > div")) {
      const names = [...part.querySelectorAll("a")];
      for (const name of names) {
        const of = name.getAttribute("href").slice(1);
        name.parentElement.hidden = !left.has(of);
        if (left.has(of)) shown.add(of);
      }
      part.hidden = names.length > 0 && names.every((name) => name.parentElement.hidden);
      if (!names.length) left.forEach((each) => shown.add(each)); // it says: all teams
    }
    row.querySelector("b").textContent = shown.size;
    row.hidden = shown.size === 0;
  }

  choice.hidden = false;
  const list = choice.querySelector("select");
  list.addEventListener("change", () => show(list.value));
  show(list.value); // a browser may remember what was chosen
})();
