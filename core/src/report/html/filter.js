"use strict";
// Narrows the table, and opens what is linked to or printed. Without it the page shows everything.
const rows = [...document.querySelectorAll(".list > tbody")];
const filter = document.querySelector(".filter");
if (filter) {
  const buttons = [...filter.querySelectorAll("button")];
  const search = filter.querySelector("input");
  const shown = filter.querySelector("output");
  const texts = rows.map((row) => row.rows[0].textContent.toLowerCase());
  let wanted = "";
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, at) => {
      const fits = (!wanted || row.dataset.result === wanted) && words.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{all}", rows.length);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      wanted = button.value;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      narrow();
    });
  }
  search.addEventListener("input", narrow);
  filter.hidden = false;
  narrow();
  const open = () => {
    const row = document.getElementById(location.hash.slice(1));
    if (!row || row.tagName !== "TBODY") return;
    if (row.hidden) { search.value = ""; buttons[0].click(); }
    row.querySelector("details").open = true;
    row.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
}
// In a large run the evidence of what went well is text until somebody opens it.
const unfold = (details) => {
  const aside = details.querySelector("noscript");
  if (aside) aside.outerHTML = aside.textContent;
};
addEventListener("toggle", (event) => { if (event.target.open) unfold(event.target); }, true);
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) { unfold(one); one.open = true; }
});
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
