for (const chart of document.querySelectorAll(".chart")) {
  const [left, right] = JSON.parse(chart.dataset.scale);
  const lines = JSON.parse(chart.querySelector("script").textContent);
  const names = [...chart.querySelectorAll(".key")].map((key) => key.textContent);
  const svg = chart.querySelector("svg");
  const cursor = chart.querySelector(".cursor");
  const output = chart.querySelector("output");
  const nearest = (points, step) =>
    points.filter((point) => point[1] !== null).reduce(
      (best, point) => (!best || Math.abs(point[0] - step) < Math.abs(best[0] - step) ? point : best), null);
  svg.addEventListener("pointermove", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const step = left + (Math.min(Math.max(at.x, 0), 1000) / 1000) * (right - left);
    const found = lines.map((points) => nearest(points, step));
    const first = found.find((point) => point);
    if (!first) return;
    const x = (1000 * (first[0] - left)) / (right - left);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    output.textContent = `step ${first[0].toLocaleString("en")}: ` + found
      .map((point, index) => point && `${names[index]} ${point[1]}${chart.dataset.unit}`)
      .filter((text) => text).join(", ");
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    output.textContent = "";
  });
}
