// The recording's player: its wave form (customer above, agent below), a click to go there, and which side to hear.
// Without this script the browser's own player plays both sides.
"use strict";

(function () {
  const SVG = "http://www.w3.org/2000/svg";

  function shape(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function outline(peaks, side) {
    const points = peaks.map((peak, place) => `L${place},${100 + side * peak} L${place + 1},${100 + side * peak}`);
    return `M0,100 ${points.join(" ")} L${peaks.length},100 Z`;
  }

  function draw(player, audio, wave) {
    const width = Math.max(wave.customer.length, 1);
    const most = Math.max(1, ...wave.customer, ...wave.agent);
    const tall = (peaks) => peaks.map((peak) => Math.round((peak * 95) / most));
    const svg = shape("svg", { viewBox: `0 0 ${width} 200`, preserveAspectRatio: "none", class: "wave", "aria-hidden": "true" });
    const cursor = shape("path", { class: "cursor", d: "M0,0 V200", "vector-effect": "non-scaling-stroke" });
    svg.append(
      shape("path", { class: "customer", d: outline(tall(wave.customer), -1) }),
      shape("path", { class: "agent", d: outline(tall(wave.agent), 1) }),
      cursor,
    );
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      seek(audio, ((event.clientX - box.left) / box.width) * wave.duration_s);
    });
    audio.addEventListener("timeupdate", () => {
      const place = (audio.currentTime / (audio.duration || wave.duration_s)) * width;
      cursor.setAttribute("d", `M${place},0 V200`);
    });
    player.querySelector(".wave-place").replaceChildren(svg);
  }

  function seek(audio, second) {
    if (audio.readyState > 0) { audio.currentTime = second; audio.play(); return; }
    audio.addEventListener("loadedmetadata", () => { audio.currentTime = second; }, { once: true });
    audio.play();
  }

  // One side alone is heard on both ears.
  function sides(player, audio) {
    let gains = null;
    function build() {
      const context = new AudioContext();
      const splitter = context.createChannelSplitter(2);
      const merger = context.createChannelMerger(2);
      context.createMediaElementSource(audio).connect(splitter);
      gains = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([from, to]) => {
        const gain = context.createGain();
        splitter.connect(gain, from);
        gain.connect(merger, 0, to);
        return { from, to, gain };
      });
      merger.connect(context.destination);
      context.resume();
    }
    function hear(side) {
      if (gains === null) build();
      for (const { from, to, gain } of gains) {
        const wanted = side === "both" ? from === to : from === (side === "customer" ? 0 : 1);
        gain.gain.value = wanted ? 1 : 0;
      }
    }
    for (const choice of player.querySelectorAll("input[type=radio]")) {
      choice.addEventListener("change", () => { if (choice.checked) hear(choice.value); });
    }
    player.querySelector(".sides").hidden = false;
  }

  async function prepare(player) {
    const audio = player.querySelector("audio");
    if (!audio) return;
    sides(player, audio);
    try {
      const answer = await fetch(`/api/v1/recordings/${player.dataset.recording}/wave`, { credentials: "same-origin" });
      if (answer.ok) { draw(player, audio, await answer.json()); return; }
    } catch { /* said below */ }
    player.querySelector(".wave-place").hidden = true;
    player.querySelector(".no-wave").hidden = false;
  }

  document.querySelectorAll(".player").forEach(prepare);
})();
