// Seconds before and after the repair on the same axes. The data stand in the page; without this script a still picture stays.
"use strict";
(function () {
  const box = document.getElementById("chart");
  const channels = JSON.parse(document.getElementById("traces").textContent);
  const picker = document.getElementById("channel");
  const names = [...document.querySelectorAll(".key")].map((key) => key.nextSibling.textContent.trim());
  const colour = { before: "#c2321f", after: "#0f7f8f", limit: "#14232b" };
  document.getElementById("still").hidden = true;
  document.getElementById("live").hidden = false;
  const chart = window.echarts.init(box, null, { renderer: "canvas" });

  const stroke = (name, values, tint, limits) => ({
    name, type: "line", showSymbol: false, connectNulls: false,
    lineStyle: { color: tint, width: 1.6 }, itemStyle: { color: tint },
    data: values.map((value, second) => [second, value]),
    markLine: {
      symbol: "none", silent: true,
      data: limits.map((limit) => ({ yAxis: limit, lineStyle: { color: colour.limit, type: "dashed" }, label: { formatter: String(limit), position: "insideEndTop" } })),
    },
  });
  const draw = () => {
    const channel = channels[picker.value];
    const known = [...channel.before, ...channel.after].filter((value) => value !== null);
    const top = Math.max(...known, ...channel.limits, 0);
    chart.setOption({
      animation: false,
      grid: { left: 56, right: 20, top: 30, bottom: 70 },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "value", min: 0, max: Math.max(channel.before.length, channel.after.length) - 1, name: "s", nameGap: 6, splitLine: { show: false } },
      yAxis: { type: "value", name: channel.label, max: top > 0 ? Number((top * 1.12).toPrecision(3)) : 1, nameTextStyle: { align: "left" } },
      dataZoom: [{ type: "inside" }, { type: "slider", height: 22, bottom: 14 }],
      series: [stroke(names[0], channel.before, colour.before, channel.limits), stroke(names[1], channel.after, colour.after, [])],
    }, true);
  };
  picker.addEventListener("change", draw);
  window.addEventListener("resize", () => chart.resize());
  draw();
})();
