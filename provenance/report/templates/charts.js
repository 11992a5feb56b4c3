"use strict";
// Every chart's specification lies beside its place on the page; colours are CSS variables and follow the scheme.
const options = { actions: false, renderer: "svg", tooltip: { theme: "custom" } };
const drawn = [...document.querySelectorAll("[data-chart]")].map((place) => {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  return vegaEmbed(place, spec, options).catch((error) => {
    place.textContent = "This chart could not be drawn: " + error.message;
    console.error(error);
  });
});
Promise.all(drawn).then(() => document.documentElement.setAttribute("data-drawn", String(drawn.length)));
