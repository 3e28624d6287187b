// The table of entries: search, filters, sorting, pages, an address for each view, and the rows shown as CSV.
// Its rows are data (findings-rows.js) and become text nodes and nothing else. Without it, the page has the same rows.
"use strict";

(() => {
  const data = window.incumbentRows;
  const table = document.getElementById("entries");
  const template = document.getElementById("entry-row");
  if (!data || !table || !template) return;

  const at = Object.fromEntries(data.columns.map((name, index) => [name, index]));
  const rows = data.rows;
  const body = table.tBodies[0];
  const byId = (id) => document.getElementById(id);
  const bar = byId("filters");
  const count = byId("count");
  const pager = byId("pager");
  const fields = { q: byId("q"), verdict: byId("verdict"), reason: byId("reason"), organisation: byId("organisation"), account: byId("account") };
  const columnOf = { verdict: "verdict", organisation: "organisation", account: "account_state" };
  const several = (cell) => (cell ? cell.split(";") : []);
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const searched = ["listed_person", "listed_post", "listed_organisation", "organisation", "holder", "explanation", "accounts"];
  const texts = rows.map((row) => fold(searched.map((name) => row[at[name]] || "").join("\n")));
  const anchorOf = (row) => (row[at.stem].includes(".") ? "h-" : "e-") + row[at.stem].replace(".", "-");
  const indexOf = new Map(rows.map((row, index) => [anchorOf(row), index]));

  // Orders are made once each. What has no value comes last, whichever way round.
  const verdicts = Object.keys(data.labels.verdict);
  const sortKeys = {
    name: (row) => fold(row[at.name]),
    verdict: (row) => String(verdicts.indexOf(row[at.verdict])),
    since: (row) => (row[at.days_out_of_date] === null ? null : row[at.days_out_of_date]),
    account: (row) => (row[at.account_state] === "none_known" ? null : row[at.account_state]),
  };
  const orders = { "": rows.map((_, index) => index) };
  const ordered = (sort) => {
    if (!orders[sort]) {
      const down = sort.startsWith("-");
      const keys = rows.map(sortKeys[down ? sort.slice(1) : sort]);
      orders[sort] = rows.map((_, index) => index).sort((one, other) => {
        const [left, right] = [keys[one], keys[other]];
        if (left === right) return one - other;
        if (left === null || right === null) return left === null ? 1 : -1;
        return (left < right ? -1 : 1) * (down ? -1 : 1);
      });
    }
    return orders[sort];
  };

  let state = { q: "", verdict: "", reason: "", organisation: "", account: "", sort: "", page: Number(table.dataset.page) };
  let found = [];
  let marked = "";

  const filter = () => {
    performance.mark("filter-start");
    const terms = fold(state.q).split(/\s+/).filter(Boolean);
    const tests = Object.entries(columnOf).filter(([name]) => state[name]).map(([name, column]) => [at[column], state[name]]);
    found = ordered(state.sort).filter((index) => {
      const row = rows[index];
      return (
        tests.every(([column, value]) => row[column] === value) &&
        (!state.reason || several(row[at.reasons]).includes(state.reason)) &&
        terms.every((term) => texts[index].includes(term))
      );
    });
  };

  const put = (node, cell, text) => {
    const place = node.querySelector(`[data-cell="${cell}"]`);
    if (place) place.textContent = text === null ? "" : String(text);
    return place;
  };
  const words = (labels, value) => labels[value] || (value || "").replaceAll("_", " ");
  const thousands = (number) => number.toLocaleString("en-GB");

  const drawn = (row) => {
    const node = template.content.firstElementChild.cloneNode(true);
    const name = row[at.name];
    const anchor = anchorOf(row);
    node.id = anchor;
    node.classList.toggle("marked", anchor === marked);
    put(node, "name", name).closest("a").setAttribute("href", "entries/" + row[at.stem] + ".html");
    const link = node.querySelector(".permalink");
    link.setAttribute("href", "#" + anchor);
    link.setAttribute("aria-label", "Link to the row of " + name);
    // A post that stands for a name that is not given is not said twice.
    put(node, "listed_post", row[at.listed_post] === name ? "" : row[at.listed_post]);
    for (const cell of ["listed_organisation", "explanation", "since"]) put(node, cell, row[at[cell]]);
    put(node, "verdict", words(data.labels.verdict, row[at.verdict])).dataset.verdict = row[at.verdict];
    put(node, "reasons", several(row[at.reasons]).map((reason) => words(data.labels.reasons, reason)).join("; "));
    const days = row[at.days_out_of_date];
    put(node, "days", days === null ? "" : `at least ${thousands(days)} ${days === 1 ? "day" : "days"}`);
    put(node, "account_state", row[at.account_state] ? words(data.labels.account_state, row[at.account_state]) : "");
    put(node, "accounts", several(row[at.accounts]).map((each) => each.slice(each.indexOf(":") + 1)).join("; "));
    return node;
  };

  const pages = () => Math.max(1, Math.ceil(found.length / data.perPage));

  const atOnce = 60;
  let drawing = 0;
  const follows = (page, from, mine) => {
    if (from >= page.length) return;
    setTimeout(() => {
      if (mine !== drawing) return;
      body.append(...page.slice(from, from + atOnce).map((index) => drawn(rows[index])));
      follows(page, from + atOnce, mine);
    });
  };

  const draw = () => {
    state.page = Math.min(Math.max(1, state.page), pages());
    const start = (state.page - 1) * data.perPage;
    const page = found.slice(start, start + data.perPage);
    const rest = marked ? page.length : atOnce;
    body.replaceChildren(...page.slice(0, rest).map((index) => drawn(rows[index])));
    // What is below the fold follows, a part at a time, unless something else is to be seen by then.
    drawing += 1;
    follows(page, rest, drawing);
    const whole = found.length === rows.length;
    count.textContent = `${thousands(found.length)}${whole ? "" : ` of ${thousands(rows.length)}`} ${rows.length === 1 ? "entry" : "entries"}`;
    byId("nothing").hidden = found.length > 0;
    byId("download").disabled = found.length === 0;
    byId("clear").disabled = whole && !state.sort && !state.q;
    pager.hidden = pages() === 1;
    byId("where").textContent = `Page ${thousands(state.page)} of ${thousands(pages())}`;
    byId("back").disabled = state.page === 1;
    byId("on").disabled = state.page === pages();
    for (const heading of table.querySelectorAll("th[data-sort]")) {
      const key = heading.dataset.sort;
      const way = state.sort === key ? "ascending" : state.sort === "-" + key ? "descending" : "none";
      heading.setAttribute("aria-sort", way);
    }
    if (performance.getEntriesByName("filter-start").length) {
      performance.measure("filter", "filter-start");
      performance.clearMarks("filter-start");
    }
  };

  // The address of a view is the part behind #, which also a page opened as a file may change.
  const remember = () => {
    const told = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) {
      if (value && !(name === "page" && value === 1)) told.set(name, value);
    }
    const hash = told.toString();
    history.replaceState(null, "", "#" + (hash || "all"));
  };

  const show = () => {
    filter();
    draw();
  };

  const change = (news) => {
    marked = "";
    state = { ...state, page: 1, ...news };
    show();
    remember();
  };

  const follow = () => {
    const hash = location.hash.slice(1);
    if (indexOf.has(hash)) {
      marked = hash;
      if (!found.includes(indexOf.get(hash))) {
        state = { q: "", verdict: "", reason: "", organisation: "", account: "", sort: "", page: 1 };
        filter();
      }
      state.page = Math.floor(found.indexOf(indexOf.get(hash)) / data.perPage) + 1;
    } else {
      const told = new URLSearchParams(hash.includes("=") ? hash : "");
      const page = Number(told.get("page")) || (hash ? 1 : Number(table.dataset.page));
      const sort = told.get("sort") || "";
      marked = "";
      state = { sort: sort.replace("-", "") in sortKeys ? sort : "", page };
      for (const name of Object.keys(fields)) state[name] = told.get(name) || "";
      filter();
    }
    for (const [name, field] of Object.entries(fields)) {
      // A value that no entry has is shown as it is, so that a view of nothing says why.
      const known = field.options ? [...field.options].some((each) => each.value === state[name]) : true;
      if (!known) field.add(new Option(state[name], state[name]));
      field.value = state[name];
    }
    draw();
    if (marked) byId(marked).scrollIntoView({ block: "center" });
  };

  const counted = (values) => {
    const counts = new Map();
    for (const value of values) if (value) counts.set(value, (counts.get(value) || 0) + 1);
    return counts;
  };
  const offer = (field, values, label, order) => {
    const counts = counted(values);
    const known = [...counts.keys()].sort(order || ((one, other) => (fold(one) < fold(other) ? -1 : 1)));
    for (const value of known) field.add(new Option(`${label(value)} (${thousands(counts.get(value))})`, value));
  };
  const column = (name) => rows.map((row) => row[at[name]]);
  const byVerdict = (one, other) => verdicts.indexOf(one) - verdicts.indexOf(other);
  offer(fields.verdict, column("verdict"), (value) => words(data.labels.verdict, value), byVerdict);
  offer(fields.reason, column("reasons").flatMap(several), (value) => words(data.labels.reasons, value));
  offer(fields.organisation, column("organisation"), (value) => value);
  offer(fields.account, column("account_state"), (value) => words(data.labels.account_state, value));

  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener(name === "q" ? "input" : "change", () => change({ [name]: field.value }));
  }
  for (const heading of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const key = heading.dataset.sort;
      const first = key === "since" ? "-" + key : key; // the longest wrong first
      const second = key === "since" ? key : "-" + key;
      change({ sort: state.sort === first ? second : state.sort === second ? "" : first });
    });
  }
  const turn = (by) => {
    change({ page: state.page + by });
    table.scrollIntoView({ block: "start" });
  };
  byId("back").addEventListener("click", () => turn(-1));
  byId("on").addEventListener("click", () => turn(1));
  byId("clear").addEventListener("click", () => {
    history.replaceState(null, "", "#all");
    follow();
    fields.q.focus();
  });

  // As excel/roster.csv has it: with a byte order mark, and an apostrophe before text that a spreadsheet would run.
  const runs = /^[\s\p{Cf}\p{Cc}]*[=+\-@|%＝＋－＠]|^[\t\r\n]/u;
  const cell = (value) => {
    if (value === null) return "";
    const text = typeof value === "string" && runs.test(value) ? "'" + value : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  byId("download").addEventListener("click", () => {
    const kept = data.downloaded.map((name) => at[name]);
    const lines = [data.downloaded, ...found.map((index) => kept.map((place) => rows[index][place]))];
    const text = "\ufeff" + lines.map((line) => line.map(cell).join(",") + "\r\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = data.file + (found.length === rows.length ? "" : "-filtered") + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  bar.hidden = false;
  for (const each of document.querySelectorAll(".without-script")) each.hidden = true;
  window.addEventListener("hashchange", () => {
    const hash = location.hash.slice(1);
    // Any other part of the page, such as that behind "Skip to the content", leaves the view as it is.
    if (!hash || hash === "all" || hash.includes("=") || indexOf.has(hash)) follow();
  });
  follow();
})();
