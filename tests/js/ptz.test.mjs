import assert from "node:assert/strict";
import { test } from "node:test";

import { createTurning } from "../../static/cameras/ptz.js";

/** Turning whose waits and answers the test ends by hand. */
function makeTurning({ answer = async () => true } = {}) {
  const sent = [];
  const waits = [];
  const turning = createTurning({
    send: (body) => { sent.push(body.action); return answer(body); },
    wait: () => new Promise((done) => { waits.push(done); }),
  });
  const settle = () => new Promise((done) => { setImmediate(done); });
  return { turning, sent, settle, pass: async () => { waits.splice(0).forEach((done) => done()); await settle(); } };
}

test("movement_is_renewed_until_it_is_let_go", async () => {
  const { turning, sent, settle, pass } = makeTurning();

  turning.hold("ArrowLeft", { pan: -1 });
  turning.hold("ArrowLeft", { pan: -1 });
  await settle();
  await pass();
  turning.letGo();
  await pass();
  await pass();

  assert.deepEqual(sent, ["MOVE", "MOVE", "STOP"]);
});

test("stop_follows_a_movement_that_is_still_on_its_way", async () => {
  let arrive;
  const { turning, sent, settle } = makeTurning({ answer: () => new Promise((done) => { arrive = done; }) });
  turning.hold("ArrowUp", { tilt: 1 });
  await settle();

  turning.letGo();
  await settle();
  assert.deepEqual(sent, ["MOVE"]);
  arrive(true);
  await settle();

  assert.deepEqual(sent, ["MOVE", "STOP"]);
});

test("refused_movement_is_not_repeated", async () => {
  const { turning, sent, settle, pass } = makeTurning({ answer: async () => false });

  turning.hold("ArrowUp", { tilt: 1 });
  await settle();
  await pass();

  assert.deepEqual(sent, ["MOVE"]);
});
