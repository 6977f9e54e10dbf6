// A test's seconds as a chart. The data stand in the page; without this script the page shows a still picture.
"use strict";
(function () {
  const box = document.getElementById("chart");
  const data = JSON.parse(document.getElementById("trace").textContent);
  const picker = document.getElementById("channel");
  const colour = { line: "#0f7f8f", limit: "#c2321f", window: "#d3ebee", invalid: "#f7d9d3", ours: "#14232b" };
  document.getElementById("still").hidden = true;
  document.getElementById("live").hidden = false;

  const span = (rows) => [{ xAxis: rows[0] }, { xAxis: rows[1] }];
  const shade = (spans, fill) => spans.map((rows) => {
    const [from, to] = span(rows);
    return [{ ...from, itemStyle: { color: fill } }, to];
  });

  // Limit and compared value of every item of a channel, each over the rows it belongs to.
  const marks = (items) => items.flatMap((item) => {
    const [first, last] = item.span;
    const rows = item.rows || item.span;
    const limits = item.limits.map((limit) => [
      { coord: [first, limit], lineStyle: { color: colour.limit, type: "dashed", width: 1.5 }, label: { formatter: String(limit), color: colour.limit, position: "insideEndTop" } },
      { coord: [last, limit] },
    ]);
    const fails = !item.pass && !item.advisory;
    return [...limits, [
      { coord: [rows[0], item.value], lineStyle: { color: fails ? colour.limit : colour.ours, type: "solid", width: 3 }, label: { show: false } },
      { coord: [Math.max(rows[1], rows[0] + 0.5), item.value] },
    ]];
  });

  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  const draw = () => {
    const channel = data.channels[picker.value];
    const top = Math.max(...channel.values.filter((v) => v !== null), ...channel.items.flatMap((i) => i.limits), 0);
    chart.setOption({
      animation: false,
      grid: { left: 56, right: 20, top: 30, bottom: 70 },
      tooltip: { trigger: "axis", renderMode: "richText", formatter: (at) => `${at[0].value[0]} s${data.phase[at[0].value[0]] ? " · " + data.phase[at[0].value[0]] : ""}\n${channel.label}: ${at[0].value[1]}` },
      xAxis: { type: "value", min: 0, max: channel.values.length - 1, name: "s", nameGap: 6, splitLine: { show: false } },
      yAxis: { type: "value", name: channel.label, max: top > 0 ? Number((top * 1.12).toPrecision(3)) : 1, nameTextStyle: { align: "left" } },
      dataZoom: [{ type: "inside" }, { type: "slider", height: 22, bottom: 14 }],
      series: [{
        type: "line", showSymbol: false, connectNulls: false,
        lineStyle: { color: colour.line, width: 1.6 }, itemStyle: { color: colour.line },
        data: channel.values.map((value, second) => [second, value]),
        markArea: { silent: true, data: [...shade(data.windows, colour.window), ...shade(data.invalid, colour.invalid)] },
        markLine: { symbol: "none", silent: true, data: marks(channel.items) },
      }],
    }, true);
  };
  picker.addEventListener("change", draw);
  window.addEventListener("resize", () => chart.resize());
  draw();
})();
