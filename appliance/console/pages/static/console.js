// What every page does beside being read: ages go on counting, live pages stay new, the first visit tells the time
// zone. Without it everything works, only nothing moves. No page content is made here: the server renders it.
"use strict";

(function () {
  const words = document.body.dataset;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

  function ago(seconds) {
    for (const [unit, length] of units) {
      if (seconds >= length) return words[unit].replace("{n}", Math.floor(seconds / length));
    }
    return seconds < 5 ? words.now : words.second.replace("{n}", Math.floor(seconds));
  }

  function lasted(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  }

  // data-age: an instant, told as an age. data-since with data-until: a duration that grows only while its source is
  // fresh, then stands still.
  function count() {
    const now = Date.now() / 1000;
    for (const element of document.querySelectorAll("time[data-age]")) {
      if (element.dataset.age) show(element, ago(Math.max(0, now - Number(element.dataset.age))));
    }
    for (const element of document.querySelectorAll("[data-since]")) {
      const until = Math.min(now, Number(element.dataset.until || now));
      show(element, lasted(Math.max(0, until - Number(element.dataset.since))));
    }
  }

  function show(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function remember(name, value) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  function tellZone() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || /(^|; )zone=/.test(document.cookie)) return;
    remember("zone", zone);
    if (zone !== "UTC" && /(^|; )zone=/.test(document.cookie)) location.reload();
  }

  // ── live pages ────────────────────────────────────────────────────────────────────────────────────────────────

  const main = document.getElementById("main");
  const unheard = document.getElementById("unheard");
  let heard = Date.now();
  let asking = false;
  let again = false;

  function stand(ok) {
    if (ok) heard = Date.now();
    if (unheard.hidden !== ok) {
      unheard.hidden = ok;
      unheard.querySelector("time").dataset.age = ok ? "" : String(Math.floor(heard / 1000));
      count();
    }
  }

  async function refresh() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { "Linekeeper-Part": "main" }, credentials: "same-origin" });
      if (answer.redirected || answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      replace(await answer.text());
      stand(true);
    } catch {
      stand(false);
    } finally {
      asking = false;
      if (again) { again = false; setTimeout(refresh, 1000); }
    }
  }

  // Focus, open details and what is being typed stay as they are.
  function replace(html) {
    const part = document.getElementById("part");
    if (part.contains(document.activeElement) && /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    const focused = document.activeElement && document.activeElement.id;
    const open = new Set([...part.querySelectorAll("details[open][id]")].map((one) => one.id));
    const made = document.createElement("template");
    made.innerHTML = html;
    for (const one of made.content.querySelectorAll("details[id]")) one.open = open.has(one.id);
    part.replaceChildren(made.content);
    count();
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus({ preventScroll: true });
  }

  function listen(address) {
    const source = new EventSource(address);
    let due = null;
    source.addEventListener("changed", () => {
      if (due === null) due = setTimeout(() => { due = null; refresh(); }, 300);
    });
    source.addEventListener("open", () => { stand(true); refresh(); });
    source.addEventListener("error", () => stand(false));
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  tellZone();
  count();
  setInterval(count, 1000);
  if (main && main.dataset.live && window.EventSource) listen(main.dataset.live);
})();
