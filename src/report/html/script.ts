/**
 * The page's one script. The page reads completely without it: it only adds filter, sort, theme, copy,
 * download and what printing needs. What can't be used without it is hidden until it runs.
 */
export const SCRIPT = String.raw`"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;

  // Theme: as the system has it, light, or dark.
  const THEMES = ["auto", "light", "dark"];
  const theme = document.querySelector("[data-theme-switch]");
  const store = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("inferrs-bench-theme");
      localStorage.setItem("inferrs-bench-theme", value);
    } catch {}
    return null;
  };
  const setTheme = (value) => {
    if (value === "auto") delete root.dataset.theme;
    else root.dataset.theme = value;
    if (theme) theme.value = value;
  };
  const kept = store();
  setTheme(THEMES.includes(kept) ? kept : "auto");
  theme?.addEventListener("change", () => {
    setTheme(theme.value);
    store(theme.value);
  });

  // What a link points to is opened.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.classList.remove("out");
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  // Filter and sort.
  for (const scope of all("[data-filterable]")) {
    const filters = all("[data-filter]", scope);
    const sortBy = scope.querySelector("[data-sort-by]");
    const count = scope.querySelector("output");
    const heads = all("th[data-sort]", scope);
    const texts = new WeakMap();
    const textOf = (row) => {
      if (!texts.has(row)) texts.set(row, (row.closest("tbody") ? row : row.querySelector("summary")).textContent.replace(/\s+/g, " ").toLowerCase());
      return texts.get(row);
    };
    const shows = (row) => filters.every(({ value, dataset: { filter } }) => {
      if (value === "") return true;
      if (filter === "text") return value.toLowerCase().split(/\s+/).every((word) => textOf(row).includes(word));
      if (filter !== "outcome") return row.dataset[filter] === value;
      const outcomes = row.dataset.outcome.split(" ");
      return value === "!pass" ? outcomes.some((each) => each !== "pass") : outcomes.includes(value);
    });
    const filter = () => {
      for (const row of all("[data-row]", scope)) row.classList.toggle("out", !shows(row));
      const rows = all("tbody [data-row]", scope);
      const left = rows.filter((row) => !row.classList.contains("out")).length;
      count.textContent = left === rows.length ? "" : left + " of " + rows.length + " shown";
    };
    let sorted = { key: "order", up: true };
    const valueOf = (row, key) => {
      const value = row.getAttribute("data-" + key.replace("*", scope.querySelector("input[type=radio]:checked")?.value));
      if (value === null) return null;
      return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
    };
    const sort = (key, up) => {
      sorted = { key, up };
      for (const list of all("[data-list]", scope)) {
        const rows = [...list.children].map((row) => ({ row, value: valueOf(row, key), order: Number(row.dataset.order) }));
        rows.sort((a, b) => {
          // What is unknown stays at the end.
          if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.order - b.order;
          const by = typeof a.value === "number" && typeof b.value === "number" ? a.value - b.value : String(a.value).localeCompare(String(b.value));
          return (up ? by : -by) || a.order - b.order;
        });
        list.append(...rows.map(({ row }) => row));
      }
      for (const head of heads) {
        if (head.dataset.sort === key) head.setAttribute("aria-sort", up ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      }
      if (sortBy) sortBy.value = key;
      if (sortBy?.value === "") sortBy.value = "order";
    };
    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(head.dataset.sort, sorted.key === head.dataset.sort ? !sorted.up : true));
    }
    for (const each of filters) each.addEventListener("input", filter);
    sortBy?.addEventListener("change", () => sort(sortBy.value, true));
    for (const button of all("[data-open]", scope)) {
      button.addEventListener("click", () => {
        for (const each of all("details.cell", scope)) each.open = button.dataset.open === "all" && !each.classList.contains("out");
      });
    }
  }

  // Copy.
  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      const label = button.firstChild;
      try {
        await navigator.clipboard.writeText(source.textContent);
        label.data = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        label.data = document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
      }
      setTimeout(() => { label.data = "Copy"; }, 2000);
    });
    button.hidden = false;
  }

  // The data, as the same bytes that the file has.
  const bytesOf = async (element) => {
    const text = element.textContent;
    if (element.dataset.encoding !== "base64") {
      return new Blob([text.replace(/\\(u003c|[^])/g, (whole, escaped) => (escaped === "u003c" ? "<" : whole))]);
    }
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const result = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
    for (const { metrics } of result.cells) {
      for (const metric of Object.values(metrics)) {
        const [starts, rounds, values] = metric.samples;
        metric.samples = values.map((value, i) => ({ start: starts[i], round: rounds[i], value }));
      }
    }
    return new Blob([JSON.stringify(result, null, 2) + "\n"]);
  };
  for (const button of all("[data-download]")) {
    button.addEventListener("click", async () => {
      const blob = await bytesOf(document.getElementById(button.dataset.download));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([blob], { type: "application/json" }));
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }

  // What scrolls can be reached by keyboard.
  const scrollers = all(".scroll");
  const reachable = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const each of scrollers) reachable.observe(each);

  // On paper everything is open.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });

  const contents = document.querySelector("nav details");
  if (contents && matchMedia("(max-width: 64rem)").matches) contents.open = false;
  // On a phone what is long is a line to tap.
  if (matchMedia("(max-width: 40rem)").matches) for (const each of all("[data-roomy]")) each.open = false;
  for (const each of all("[data-scripted]")) each.hidden = false;
  reveal();
  performance.mark("ready");
})();
`;
