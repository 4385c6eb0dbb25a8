// Rectangles drawn on a camera's still: kept as shares of its sides in a hidden field, "left top width height;…".

const SMALLEST = 0.01;

function readBoxes(field) {
  return field.value.split(";").filter((part) => part.trim()).map((part) => part.trim().split(/\s+/).map(Number));
}

function writeBoxes(field, boxes) {
  field.value = boxes.map((box) => box.map((side) => side.toFixed(4)).join(" ")).join(";");
}

function between(start, end) {
  const left = Math.min(start.x, end.x), top = Math.min(start.y, end.y);
  return [left, top, Math.abs(end.x - start.x), Math.abs(end.y - start.y)];
}

function place(mark, [left, top, width, height]) {
  mark.style.left = `${left * 100}%`;
  mark.style.top = `${top * 100}%`;
  mark.style.width = `${width * 100}%`;
  mark.style.height = `${height * 100}%`;
}

function draw(picture, field) {
  for (const mark of picture.querySelectorAll("i")) mark.remove();
  for (const box of readBoxes(field)) picture.append(marked(box));
}

function marked(box) {
  const mark = document.createElement("i");
  place(mark, box);
  return mark;
}

function pointOf(picture, event) {
  const frame = picture.getBoundingClientRect();
  const share = (value, size) => Math.min(1, Math.max(0, value / size));
  return { x: share(event.clientX - frame.left, frame.width), y: share(event.clientY - frame.top, frame.height) };
}

function listen(picture) {
  const field = document.getElementById(picture.dataset.boxes);
  let start = null, mark = null;
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    start = pointOf(picture, event);
    mark = marked([start.x, start.y, 0, 0]);
    picture.append(mark);
    event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => {
    if (start) place(mark, between(start, pointOf(picture, event)));
  });
  picture.addEventListener("pointerup", (event) => {
    if (!start) return;
    const box = between(start, pointOf(picture, event));
    start = null;
    if (box[2] > SMALLEST && box[3] > SMALLEST) writeBoxes(field, [...readBoxes(field), box]);
    draw(picture, field);
  });
  document.querySelector(`[data-undo="${CSS.escape(picture.dataset.boxes)}"]`).addEventListener("click", () => {
    writeBoxes(field, readBoxes(field).slice(0, -1));
    draw(picture, field);
  });
  draw(picture, field);
}

for (const picture of document.querySelectorAll("[data-boxes]")) listen(picture);
