// A reader of Node.js in a process of its own: node worker.mjs MODULE. Speaks as worker.py does.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");
const words = (error) => ({ error: `${error.name}: ${error.message}`.slice(0, 200) });

let read;
try {
  ({ read } = await import(pathToFileURL(process.argv[2])));
  say({});
} catch (error) {
  say(words(error));
  process.exit(0);
}
for await (const line of createInterface({ input: process.stdin })) {
  const { path } = JSON.parse(line);
  const before = process.cpuUsage();
  const start = performance.now();
  let answer = { messages: null };
  try {
    answer = { messages: await read(path) };
  } catch (error) {
    answer = { messages: null, ...words(error) };
  }
  const wall = (performance.now() - start) / 1000;
  const used = process.cpuUsage(before);
  const cpu = (used.user + used.system) / 1e6;
  say({ wall, cpu, peak: process.resourceUsage().maxRSS * 1024, ...answer });
}
