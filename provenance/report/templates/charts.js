"use strict";
// Every chart's specification lies beside its place on the page; colours are CSS variables and follow the scheme.
const options = { actions: false, renderer: "svg", tooltip: { theme: "custom" } };
const places = [...document.querySelectorAll("[data-chart]")];
const draw = (place) =>
  vegaEmbed(place, JSON.parse(document.getElementById(place.dataset.chart).textContent), options).catch((error) => {
    place.textContent = "This chart could not be drawn: " + error.message;
    console.error(error);
  });
// One after the other, so that the page can be read and scrolled meanwhile.
const drawAll = async () => {
  for (const place of places) {
    await draw(place);
    await new Promise((done) => setTimeout(done));
  }
  document.documentElement.setAttribute("data-drawn", String(places.length));
};
drawAll();
if (matchMedia("(max-width: 34rem)").matches)
  document.querySelectorAll("details.long").forEach((part) => (part.open = false));
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => (part.open = true)));
