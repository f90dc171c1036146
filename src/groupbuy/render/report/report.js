"use strict";
(() => {
  const form = document.querySelector(".filters");
  const leads = [...document.querySelectorAll(".ranking > details")];
  const count = form.querySelector("output");
  const fields = [...form.querySelectorAll("[data-filter]")];
  const matches = (lead, field) => {
    const wanted = field.value.trim();
    if (!wanted) return true;
    const key = field.dataset.filter;
    if (key === "search") return lead.dataset.search.includes(wanted.toLowerCase());
    return lead.dataset[key] === wanted;
  };
  const apply = () => {
    let shown = 0;
    for (const lead of leads) {
      lead.hidden = !fields.every((field) => matches(lead, field));
      shown += lead.hidden ? 0 : 1;
    }
    count.textContent = count.dataset.text.replace("{n}", shown);
  };
  const open = () => {
    const lead = location.hash && document.getElementById(location.hash.slice(1));
    if (lead && lead.tagName === "DETAILS") {
      lead.hidden = false;
      lead.open = true;
      lead.scrollIntoView();
    }
  };
  // Paper shows only what is open: what is due is meant to be printed.
  const folded = [...document.querySelectorAll(".person")];
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folded.filter((each) => !each.open);
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", open);
  apply();
  open();
})();
