// Draws each [data-chart] from the JSON block of the same id. Without it the tables beside the charts say the same.
"use strict";

(() => {
  const draw = () => document.querySelectorAll("[data-chart]").forEach((place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.echarts || place.dataset.drawn) return;
    place.dataset.drawn = "yes";
    const data = JSON.parse(source.textContent);
    const look = getComputedStyle(document.body);
    const colour = (name) => look.getPropertyValue(name).trim();
    const text = { color: colour("--lj-text"), fontFamily: look.fontFamily };
    const room = place.clientWidth / data.labels.length - 14;
    const crowded = !data.lying && data.labels.some((label) => label.length * (/[\u2e80-\uffef]/.test(label) ? 12 : 7) > room);
    const categories = {
      type: "category", data: data.labels, axisTick: { show: false }, inverse: data.lying,
      axisLabel: { ...text, interval: 0, width: data.lying ? Math.min(150, place.clientWidth * 0.4) : 110, overflow: "truncate", rotate: crowded ? 40 : 0 },
    };
    const values = {
      type: "value", name: data.unit, nameTextStyle: text, axisLabel: text, splitLine: { lineStyle: { color: colour("--lj-line") } },
      minInterval: data.unit ? 0 : 1, max: data.unit === "%" ? 100 : undefined,
    };
    const hues = data.series.length > 1 ? ["#8fb3dd", colour("--lj-blue")] : [colour("--lj-blue")];
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false, textStyle: text, color: hues,
      grid: { left: 8, right: data.lying && data.unit ? 44 : 24, top: data.series.length > 1 || data.unit ? 40 : 12, bottom: 8, containLabel: true },
      legend: data.series.length > 1 ? { textStyle: text, top: 0, right: 0 } : undefined,
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      xAxis: data.lying ? values : categories,
      yAxis: data.lying ? categories : values,
      series: data.series.map((row) => ({
        name: row.name, type: "bar", barMaxWidth: 26,
        data: row.values.map((value, index) => (row.bad.includes(index) ? { value, itemStyle: { color: colour("--lj-bad") } } : value)),
      })),
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  });
  draw();
  document.addEventListener("htmx:afterSettle", draw);
})();
