/** Reads {snapshot, events, now_ms} from standard input and prints the state that the wall would have. */
import { readFileSync } from "node:fs";

import { apply, fromSnapshot, prune } from "../../static/wall/store.js";

const { snapshot, events, now_ms } = JSON.parse(readFileSync(0, "utf-8"));
const state = prune(events.reduce(apply, fromSnapshot(snapshot)), now_ms);
process.stdout.write(JSON.stringify(state));
