// Long lists of check boxes get a box to find one in. The page works without it.

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

for (const box of document.querySelectorAll("[data-filter-for]")) {
  const list = document.querySelector(box.dataset.filterFor);
  if (!list) continue;
  box.hidden = false;
  const opened = new Set([...list.querySelectorAll("details[open]")]);
  box.querySelector("input").addEventListener("input", (event) => {
    const wanted = plain(event.target.value.trim());
    for (const group of list.querySelectorAll("details")) {
      let found = 0;
      for (const item of group.querySelectorAll("li")) {
        item.hidden = wanted !== "" && !plain(item.textContent).includes(wanted);
        found += !item.hidden;
      }
      group.hidden = found === 0;
      group.open = wanted ? found > 0 : opened.has(group);
    }
  });
  // Enter in this box looks for an office; it does not save the team.
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
